"use client";
import type { CallTimeouts, ProviderKind } from "@aurora/contracts";
import { useTranslations } from "next-intl";
import { TextField } from "../components/field.tsx";
import gateway from "../gateway/gateway.module.css";
import type { Submit } from "../gateway/use-submit.ts";

/** What each kind of provider needs to be told. */
export const shapeOf: Record<
  ProviderKind,
  { readonly needsUrl: boolean; readonly needsKey: boolean; readonly urlExample: string; readonly modelExample: string }
> = {
  openai: { needsUrl: false, needsKey: true, urlExample: "https://api.openai.com/v1", modelExample: "gpt-4o-mini" },
  openrouter: {
    needsUrl: false,
    needsKey: true,
    urlExample: "https://openrouter.ai/api/v1",
    modelExample: "mistralai/mistral-small",
  },
  openai_compatible: {
    needsUrl: true,
    needsKey: false,
    urlExample: "http://llm.example.org/v1",
    modelExample: "llama3.1",
  },
  anthropic: {
    needsUrl: false,
    needsKey: true,
    urlExample: "https://api.anthropic.com/v1",
    modelExample: "claude-sonnet-4-5",
  },
  azure_openai: {
    needsUrl: true,
    needsKey: true,
    urlExample: "https://name.openai.azure.com",
    modelExample: "my-deployment",
  },
};

const timeoutNames = ["connect_ms", "first_token_ms", "idle_ms", "total_ms"] as const;

/** Seconds in fields named after the contract's milliseconds. Empty = the installation's own. */
export function TimeoutFields({
  initial,
  submit,
  path = "timeouts",
}: {
  initial: CallTimeouts | null;
  submit: Submit;
  path?: string;
}) {
  const t = useTranslations("gateway");
  return (
    <>
      <p className={gateway.quiet}>{t("timeouts.hint")}</p>
      <div className={gateway.fields}>
        {timeoutNames.map((name) => {
          const value = initial?.[name] ?? null;
          return (
            <TextField
              key={name}
              label={t(`timeouts.${name}`)}
              hint={t(`timeouts.hint_${name}`)}
              error={submit.faultOf(`${path}/${name}`)}
              name={name}
              type="number"
              min={0.1}
              step={0.1}
              inputMode="decimal"
              placeholder={t("timeouts.standard")}
              defaultValue={value === null ? "" : value / 1_000}
            />
          );
        })}
      </div>
    </>
  );
}

/** What was typed there, in ms. */
export function timeoutsOf(form: FormData): CallTimeouts {
  const ms = (name: string) => {
    const typed = String(form.get(name) ?? "").trim();
    return typed === "" ? null : Math.round(Number(typed) * 1_000);
  };
  return {
    connect_ms: ms("connect_ms"),
    first_token_ms: ms("first_token_ms"),
    idle_ms: ms("idle_ms"),
    total_ms: ms("total_ms"),
  };
}

/** Names separated by spaces, commas or line breaks, each once. */
export const namesIn = (text: string): string[] => [...new Set(text.split(/[\s,]+/).filter(Boolean))];
