"use client";
import { CacheDecision, type CacheEntry, CacheEntryDetail } from "@aurora/contracts";
import { formatDateTime, formatNumber, formatPercent } from "@aurora/i18n";
import { useLocale, useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { useApi } from "../../api/api-provider.tsx";
import { useResource } from "../../api/use-resource.ts";
import { Button } from "../../components/button.tsx";
import { Dialog, DialogActions } from "../../components/dialog.tsx";
import { FailureMessage } from "../../components/failure-message.tsx";
import { Message, Skeleton } from "../../components/feedback.tsx";
import { TextField } from "../../components/field.tsx";
import { Link } from "../../i18n/routing.ts";
import { Fact } from "../fact.tsx";
import styles from "../gateway.module.css";
import { useSubmit } from "../use-submit.ts";
import own from "./cache.module.css";
import { ComparisonFailure } from "./comparison-failure.tsx";
import { ReasonList } from "./reason-list.tsx";
import { useReasonText } from "./reasons.ts";

type Props = { entry: CacheEntry; onClose: () => void; onWrong: () => void; onDeleted: () => void };

/** One kept answer: what it is for, how far it is trusted, why near questions did not get it. */
export function EntryDialog({ entry, onClose, onWrong, onDeleted }: Props) {
  const t = useTranslations("cache");
  const locale = useLocale();
  const api = useApi();
  const submit = useSubmit();
  const reasonText = useReasonText();
  const [asking, setAsking] = useState<"wrong" | "delete" | null>(null);
  const [decision, setDecision] = useState<CacheDecision | null>(null);
  const path = `/api/admin/cache/entries/${entry.id}`;
  const detail = useResource(`entry/${entry.id}`, (signal) => api.call(CacheEntryDetail, path, { signal }));
  const data = detail.data;
  const date = (at: string) => formatDateTime(locale, new Date(at));
  function check(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const question = String(new FormData(event.currentTarget).get("question") ?? "").trim();
    if (question === "") return;
    setDecision(null);
    void submit.run(async () =>
      setDecision(await api.call(CacheDecision, `${path}/check`, { method: "POST", body: { question } })),
    );
  }
  const act = () =>
    submit.run(async () => {
      if (asking === "wrong") {
        await api.send(`${path}/wrong`, { method: "POST" });
        onWrong();
      } else {
        await api.send(path, { method: "DELETE" });
        onDeleted();
      }
    });
  if (asking)
    return (
      <Dialog title={t(asking === "wrong" ? "entry.wrongTitle" : "entry.deleteTitle")} onClose={onClose}>
        <p>{t(asking === "wrong" ? "entry.wrongText" : "entry.deleteText")}</p>
        {submit.error !== null && <FailureMessage error={submit.error} />}
        <DialogActions>
          <Button onClick={() => setAsking(null)}>{t("entry.back")}</Button>
          <Button variant="danger" disabled={submit.isBusy} onClick={() => void act()}>
            {t(asking === "wrong" ? "entry.wrong" : "entry.delete")}
          </Button>
        </DialogActions>
      </Dialog>
    );
  return (
    <Dialog title={t("entry.title")} size="wide" onClose={onClose}>
      <p className={own.question}>{entry.question ?? t("entry.noQuestion")}</p>
      <dl className={styles.facts}>
        <Fact name={t("entry.state")}>{t(`state.${entry.state}`)}</Fact>
        <Fact name={t("entry.model")}>{entry.model}</Fact>
        <Fact name={t("entry.scope")}>
          {[entry.source_app, entry.pack_id, entry.language].filter(Boolean).join(" · ")}
        </Fact>
        <Fact name={t("entry.hits")}>{formatNumber(locale, entry.hits)}</Fact>
        <Fact name={t("entry.checks")}>
          {t("entry.checked", { checks: entry.checks, agreed: entry.agreed, disagreed: entry.disagreed })}
        </Fact>
        <Fact name={t("entry.threshold")}>{formatNumber(locale, entry.threshold, { maximumFractionDigits: 3 })}</Fact>
        {data && <Fact name={t("entry.recheck")}>{formatPercent(locale, data.recheck_probability)}</Fact>}
        <Fact name={t("entry.created")}>{date(entry.created_at)}</Fact>
        <Fact name={t("entry.expires")}>{date(entry.expires_at)}</Fact>
        {entry.last_hit_at && <Fact name={t("entry.lastHit")}>{date(entry.last_hit_at)}</Fact>}
      </dl>
      <p className={styles.quiet}>{t(`stateHelp.${entry.state}`)}</p>
      {entry.document_ids.length > 0 && (
        <section className={styles.group} aria-labelledby="entry-documents">
          <h3 id="entry-documents">{t("entry.documents")}</h3>
          <ul className={styles.tags}>
            {entry.document_ids.map((id) => (
              <li key={id}>
                <Link href={`/documents/${id}`}>{id.slice(0, 8)}</Link>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section className={styles.group} aria-labelledby="entry-rejections">
        <h3 id="entry-rejections">{t("entry.rejections")}</h3>
        {detail.error !== null && <FailureMessage error={detail.error} onRetry={detail.reload} />}
        {!data && detail.error === null && <Skeleton />}
        {data &&
          (data.rejections.length === 0 ? (
            <p className={styles.quiet}>{t("entry.noRejection")}</p>
          ) : (
            <ReasonList rejections={data.rejections} />
          ))}
      </section>
      <form className={own.search} onSubmit={check}>
        <TextField
          label={t("entry.check")}
          hint={t("entry.checkHint")}
          error={submit.faultOf("question")}
          name="question"
          required
          maxLength={2_000}
          autoComplete="off"
        />
        <Button type="submit" disabled={submit.isBusy}>
          {t("entry.checkAction")}
        </Button>
      </form>
      {decision && (
        <Message tone={decision.hit ? "good" : "caution"}>
          {decision.hit
            ? t("entries.wouldHit", {
                similarity: formatNumber(locale, decision.similarity, { maximumFractionDigits: 3 }),
              })
            : t("entries.wouldMiss", {
                similarity: formatNumber(locale, decision.similarity, { maximumFractionDigits: 3 }),
                reason: reasonText(decision.reason),
              })}
        </Message>
      )}
      {submit.error !== null && <ComparisonFailure error={submit.error} />}
      <DialogActions>
        <Button onClick={() => setAsking("delete")}>{t("entry.delete")}</Button>
        <Button variant="danger" onClick={() => setAsking("wrong")}>
          {t("entry.wrong")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
