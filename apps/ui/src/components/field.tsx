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
/** What every control has of its frame. */
interface Control {
  readonly id: string;
  readonly className: string;
  readonly "aria-invalid": true | undefined;
  readonly "aria-describedby": string | undefined;
}
type Own = Around & { className?: string | undefined };

/** Parts what the frame shows from what the control is given, and puts one into the other. */
function useFramed<Props extends Own>(
  { label, hint, error, isLabelHidden, className, ...rest }: Props,
  look: string | undefined,
  control: (own: Control, rest: Omit<Props, keyof Own>) => ReactNode,
) {
  const id = useId();
  const own: Control = {
    id,
    className: classes(styles.control, look, className),
    "aria-invalid": error ? true : undefined,
    "aria-describedby": classes(hint ? `${id}-hint` : null, error ? `${id}-error` : null) || undefined,
  };
  return (
    <Frame id={id} label={label} hint={hint} error={error ?? null} isLabelHidden={isLabelHidden ?? false}>
      {control(own, rest)}
    </Frame>
  );
}

export const TextField = (props: ComponentProps<"input"> & Around) =>
  useFramed(props, undefined, (own, rest) => <input {...own} {...rest} />);

export const SelectField = (props: ComponentProps<"select"> & Around) =>
  useFramed(props, styles.select, (own, rest) => <select {...own} {...rest} />);

export const TextArea = (props: ComponentProps<"textarea"> & Around) =>
  useFramed(props, styles.area, (own, rest) => <textarea {...own} {...rest} />);

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
