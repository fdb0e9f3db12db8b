/** What `ask` gives for a key, which is asked once; who comes meanwhile waits for the same answer, a failure too. */
export function once<Key, Result>(answers: Map<Key, Promise<Result>>, key: Key, ask: () => Promise<Result>) {
  const answer = answers.get(key) ?? ask();
  answers.set(key, answer);
  return answer;
}
