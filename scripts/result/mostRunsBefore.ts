/** So many runs before one are looked at to tell what is new in it. What failed in all of them may do so for longer. */
export const mostRunsBefore = 10;
