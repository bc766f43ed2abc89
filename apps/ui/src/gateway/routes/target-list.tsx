"use client";
import type { CatalogueModel } from "@aurora/contracts";
import { formatPercent } from "@aurora/i18n";
import { ArrowDown, ArrowUp, GripVertical, Plus, X } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { Button, IconButton } from "../../components/button.tsx";
import { SelectField, TextField } from "../../components/field.tsx";
import styles from "../gateway.module.css";
import type { Submit } from "../use-submit.ts";
import own from "./routes.module.css";
import { moved, sharesOf, type Target } from "./targets.ts";

const mostTargets = 20;

type Props = {
  targets: readonly Target[];
  models: readonly CatalogueModel[];
  submit: Submit;
  onChange: (targets: readonly Target[]) => void;
};

/**
 * The models behind a name, in the order they are asked. Rows move by their arrows, by Alt + arrow keys anywhere in a
 * row, or by dragging their grip; the focus stays with the row and its new place is said.
 */
export function TargetList({ targets, models, submit, onChange }: Props) {
  const t = useTranslations("modelRoutes");
  const locale = useLocale();
  const id = useId();
  const list = useRef<HTMLOListElement>(null);
  const focusNext = useRef<{ row: number; part: string } | null>(null);
  const [dragged, setDragged] = useState<number | null>(null);
  const [said, setSaid] = useState("");
  const shares = sharesOf(targets);
  useEffect(() => {
    if (!focusNext.current) return;
    const { row, part } = focusNext.current;
    focusNext.current = null;
    const parts = list.current?.children[row]?.querySelectorAll<HTMLElement>(`[data-part="${part}"], select, input`);
    [...(parts ?? [])].find((one) => one.dataset.part === part && !one.hasAttribute("disabled"))?.focus() ??
      parts?.[0]?.focus();
  });
  const change = (index: number, part: Partial<Target>) =>
    onChange(targets.map((target, at) => (at === index ? { ...target, ...part } : target)));
  const move = (from: number, to: number, part: string) => {
    if (to < 0 || to >= targets.length) return;
    focusNext.current = { row: to, part };
    setSaid(t("form.movedTo", { model: targets[from]?.model ?? "", place: to + 1, count: targets.length }));
    onChange(moved(targets, from, to));
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>, index: number) => {
    const step = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
    if (!event.altKey || step === 0) return;
    event.preventDefault();
    const part = event.target instanceof HTMLElement ? (event.target.dataset.part ?? "model") : "model";
    move(index, index + step, part);
  };
  return (
    <fieldset className={styles.group}>
      <legend>{t("form.targets")}</legend>
      <p className={styles.quiet}>{t("form.targetsHint")}</p>
      <ol ref={list} className={own.editor}>
        {targets.map((target, index) => {
          const place = { place: index + 1 };
          const isKnown = target.model === "" || models.some(({ full_name }) => full_name === target.model);
          return (
            <li
              // biome-ignore lint/suspicious/noArrayIndexKey: rows are told apart by nothing but their place
              key={index}
              data-dragged={dragged === index || undefined}
              onKeyDown={(event) => onKeyDown(event, index)}
              onDragOver={(event) => {
                if (dragged === null) return;
                event.preventDefault();
                if (dragged !== index) {
                  onChange(moved(targets, dragged, index));
                  setDragged(index);
                }
              }}
              onDrop={(event) => event.preventDefault()}
            >
              <span
                className={own.grip}
                draggable
                aria-hidden
                title={t("form.drag")}
                onDragStart={(event) => {
                  event.dataTransfer.effectAllowed = "move";
                  setDragged(index);
                }}
                onDragEnd={() => setDragged(null)}
              >
                <GripVertical />
              </span>
              <SelectField
                label={t("form.model", place)}
                isLabelHidden
                error={submit.faultOf(`targets/${index}/model`) && t("form.badModel")}
                required
                data-part="model"
                value={target.model}
                onChange={(event) => change(index, { model: event.target.value })}
              >
                <option value="">{t("form.choose")}</option>
                {!isKnown && <option value={target.model}>{target.model}</option>}
                {models.map(({ full_name }) => (
                  <option key={full_name} value={full_name}>
                    {full_name}
                  </option>
                ))}
              </SelectField>
              <TextField
                label={t("form.weight", place)}
                isLabelHidden
                aria-describedby={`${id}-${index}`}
                error={submit.faultOf(`targets/${index}/weight`)}
                data-part="weight"
                type="number"
                required
                min={0}
                max={1_000}
                step={1}
                value={target.weight}
                onChange={(event) => change(index, { weight: event.target.valueAsNumber || 0 })}
              />
              <span id={`${id}-${index}`} className={styles.quiet}>
                {(shares[index] ?? 0) > 0
                  ? t("share", { share: formatPercent(locale, shares[index] ?? 0) })
                  : t("fallback")}
              </span>
              <span className={own.moves}>
                <IconButton
                  label={t("form.up", place)}
                  size="small"
                  data-part="up"
                  disabled={index === 0}
                  onClick={() => move(index, index - 1, "up")}
                >
                  <ArrowUp aria-hidden />
                </IconButton>
                <IconButton
                  label={t("form.down", place)}
                  size="small"
                  data-part="down"
                  disabled={index === targets.length - 1}
                  onClick={() => move(index, index + 1, "down")}
                >
                  <ArrowDown aria-hidden />
                </IconButton>
                <IconButton
                  label={t("form.drop", place)}
                  size="small"
                  disabled={targets.length === 1}
                  onClick={() => onChange(targets.toSpliced(index, 1))}
                >
                  <X aria-hidden />
                </IconButton>
              </span>
            </li>
          );
        })}
      </ol>
      <p role="status" className="visually-hidden">
        {said}
      </p>
      <div>
        <Button
          size="small"
          disabled={targets.length >= mostTargets}
          onClick={() => {
            focusNext.current = { row: targets.length, part: "model" };
            onChange([...targets, { model: "", weight: 0 }]);
          }}
        >
          <Plus aria-hidden />
          {t("form.more")}
        </Button>
      </div>
    </fieldset>
  );
}
