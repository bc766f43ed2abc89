/** One line of the doctor's report. `mend` says what to do; `isRequired` false: only a part of the product, or of its tests, misses it. */
export interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly mend?: string;
  readonly isRequired?: boolean;
}
