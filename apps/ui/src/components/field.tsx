import { type ComponentProps, type ReactNode, useId } from "react";
import { classes } from "./classes.ts";
import styles from "./field.module.css";

type Around = { label: string; hint?: ReactNode; error?: string | null; isLabelHidden?: boolean };

function Frame({ id, label, hint, error, isLabelHidden, children }: Around & { id: string; children: ReactNode }) {
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={isLabelHidden ? "visually-hidden" : styles.label}>
        {label}
      </label>
      {children}
      {hint && (
        <p id={`${id}-hint`} className={styles.hint}>
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className={styles.error}>
          {error}
        </p>
      )}
    </div>
  );
}
const describedBy = (id: string, { hint, error }: Around) =>
  classes(hint ? `${id}-hint` : null, error ? `${id}-error` : null) || undefined;

export function TextField({ label, hint, error, isLabelHidden, className, ...rest }: ComponentProps<"input"> & Around) {
  const id = useId();
  const around = { label, hint, error: error ?? null, isLabelHidden: isLabelHidden ?? false };
  return (
    <Frame id={id} {...around}>
      <input
        id={id}
        className={classes(styles.control, className)}
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy(id, around)}
        {...rest}
      />
    </Frame>
  );
}

export function SelectField({
  label,
  hint,
  error,
  isLabelHidden,
  className,
  ...rest
}: ComponentProps<"select"> & Around) {
  const id = useId();
  const around = { label, hint, error: error ?? null, isLabelHidden: isLabelHidden ?? false };
  return (
    <Frame id={id} {...around}>
      <select
        id={id}
        className={classes(styles.control, styles.select, className)}
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy(id, around)}
        {...rest}
      />
    </Frame>
  );
}

export function TextArea({
  label,
  hint,
  error,
  isLabelHidden,
  className,
  ...rest
}: ComponentProps<"textarea"> & Around) {
  const id = useId();
  const around = { label, hint, error: error ?? null, isLabelHidden: isLabelHidden ?? false };
  return (
    <Frame id={id} {...around}>
      <textarea
        id={id}
        className={classes(styles.control, styles.area, className)}
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy(id, around)}
        {...rest}
      />
    </Frame>
  );
}

/** A box to tick, its words beside it and what they mean below. */
export function CheckField({ label, hint, ...rest }: ComponentProps<"input"> & { label: ReactNode; hint?: ReactNode }) {
  const id = useId();
  return (
    <div className={styles.check}>
      <input id={id} type="checkbox" aria-describedby={hint ? `${id}-hint` : undefined} {...rest} />
      <div>
        <label htmlFor={id}>{label}</label>
        {hint && (
          <p id={`${id}-hint`} className={styles.hint}>
            {hint}
          </p>
        )}
      </div>
    </div>
  );
}
