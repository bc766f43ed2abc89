import type { ComponentProps } from "react";
import { Link } from "../i18n/routing.ts";
import styles from "./button.module.css";
import { classes } from "./classes.ts";

type Look = { variant?: "primary" | "secondary" | "quiet" | "danger"; size?: "small" | "normal" };
const lookOf = ({ variant = "secondary", size = "normal" }: Look, className?: string, isIcon = false) =>
  classes(styles.button, styles[variant], size === "small" && styles.small, isIcon && styles.icon, className);

export function Button({ variant, size, className, type = "button", ...rest }: ComponentProps<"button"> & Look) {
  return (
    <button
      type={type}
      className={lookOf({ ...(variant && { variant }), ...(size && { size }) }, className)}
      {...rest}
    />
  );
}

/** A button that shows only an icon: its name is said to screen readers and shown as a tooltip. */
export function IconButton({
  label,
  variant = "quiet",
  size,
  className,
  type = "button",
  ...rest
}: ComponentProps<"button"> & Look & { label: string }) {
  return (
    <button
      type={type}
      aria-label={label}
      title={label}
      className={lookOf({ variant, ...(size && { size }) }, className, true)}
      {...rest}
    />
  );
}

export function ButtonLink({ variant, size, className, ...rest }: ComponentProps<typeof Link> & Look) {
  return <Link className={lookOf({ ...(variant && { variant }), ...(size && { size }) }, className)} {...rest} />;
}
