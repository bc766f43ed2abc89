"use client";
import { type KeyboardEvent, type ReactNode, useId, useState } from "react";
import { classes } from "./classes.ts";
import styles from "./tabs.module.css";

type Tab<Key extends string> = { readonly key: Key; readonly label: string; readonly content: () => ReactNode };
type Props<Key extends string> = {
  label: string;
  tabs: readonly Tab<Key>[];
  /** Beside the tabs, such as a button that closes them. */
  actions?: ReactNode;
  bodyClassName?: string | undefined;
};

/** Tabs of WAI-ARIA's Authoring Practices: arrow keys move between them, and only the open one is built. */
export function Tabs<Key extends string>({ label, tabs, actions, bodyClassName }: Props<Key>) {
  const id = useId();
  const [chosen, setChosen] = useState(tabs[0]?.key);
  const open = tabs.find(({ key }) => key === chosen) ?? tabs[0];
  if (!open) return null;
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    event.stopPropagation();
    const next = tabs[(tabs.indexOf(open) + step + tabs.length) % tabs.length] ?? open;
    setChosen(next.key);
    document.getElementById(`${id}-${next.key}`)?.focus();
  };
  return (
    <>
      <div className={styles.head}>
        <div className={styles.tabs} role="tablist" aria-label={label} onKeyDown={onKeyDown}>
          {tabs.map(({ key, label: name }) => (
            <button
              key={key}
              id={`${id}-${key}`}
              type="button"
              role="tab"
              aria-selected={key === open.key}
              aria-controls={`${id}-panel`}
              tabIndex={key === open.key ? 0 : -1}
              className={styles.tab}
              onClick={() => setChosen(key)}
            >
              {name}
            </button>
          ))}
        </div>
        {actions}
      </div>
      <div
        id={`${id}-panel`}
        role="tabpanel"
        aria-labelledby={`${id}-${open.key}`}
        className={classes(styles.panel, bodyClassName)}
      >
        {open.content()}
      </div>
    </>
  );
}
