/**
 * A sum of fractions that stays right after millions of additions: Neumaier's variant of Kahan summation keeps what
 * rounding takes away (https://en.wikipedia.org/wiki/Kahan_summation_algorithm#Further_enhancements).
 */
export class CompensatedSum {
  private sum = 0;
  private lost = 0;

  get value(): number {
    return this.sum + this.lost;
  }

  add(term: number): void {
    const next = this.sum + term;
    this.lost += Math.abs(this.sum) >= Math.abs(term) ? this.sum - next + term : term - next + this.sum;
    this.sum = next;
  }
}
