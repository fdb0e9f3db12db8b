import { isToleratedFailures } from './wire';

/** How many configurations may fail before the test does. One that could not be tested is never tolerated. */
export class ToleratedFailures {
  /**
   * So many.
   * @param count an integer from 0 up, known when the app is synthesized
   * @throws RangeError for another value
   */
  public static count(count: number): ToleratedFailures {
    return new ToleratedFailures(count, 'count to be an integer from 0 up', count);
  }

  /**
   * A share of all, rounded down: of 40, 5 percent are 2.
   * @param percent 0 to 100, also with decimals, known when the app is synthesized
   * @throws RangeError for another value
   */
  public static percent(percent: number): ToleratedFailures {
    return new ToleratedFailures(`${percent}%`, 'percent to be a number from 0 to 100', percent);
  }

  private constructor(
    /**
     * As the input of an execution has it.
     * @internal
     */
    public readonly _json: number | string,
    expected: string,
    given: number,
  ) {
    if (!isToleratedFailures(_json)) {
      throw new RangeError(`Expected ToleratedFailures.${expected}, got ${given}.`);
    }
  }
}
