"use client";
import type { Provider, SourceApp } from "@aurora/contracts";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useApi } from "../api/api-provider.tsx";
import { FailureMessage } from "../components/failure-message.tsx";
import styles from "./providers.module.css";

type Props = { providers: readonly Provider[]; sourceApps: readonly SourceApp[]; onChanged: () => void };

/** Which provider may see the text of which corpus. Local providers are inside the walls: nothing to approve. */
export function EgressTable({ providers, sourceApps, onChanged }: Props) {
  const t = useTranslations("providers");
  const api = useApi();
  const [error, setError] = useState<unknown>(null);
  // What was asked for shows at once; the list's own word follows, also when the call failed.
  const [pending, setPending] = useState<{ sourceApp: SourceApp; approved: readonly string[] } | null>(null);
  const external = providers.filter(({ location }) => location === "external");
  if (external.length === 0) return null;

  const isPending = (sourceApp: SourceApp) => pending?.sourceApp === sourceApp;
  const approvedOf = (sourceApp: SourceApp): readonly string[] => {
    if (pending && isPending(sourceApp)) return pending.approved;
    return sourceApp.egress === "approved" ? sourceApp.approved_provider_ids : [];
  };
  async function approve(sourceApp: SourceApp, provider: Provider, isApproved: boolean) {
    const before = approvedOf(sourceApp);
    const approved = isApproved ? [...before, provider.id] : before.filter((id) => id !== provider.id);
    setPending({ sourceApp, approved });
    setError(null);
    try {
      await api.send(`/api/admin/source-apps/${sourceApp.source_app}`, {
        method: "PUT",
        body: { egress: approved.length > 0 ? "approved" : "local_only", approved_provider_ids: approved },
      });
      onChanged();
    } catch (failure) {
      setError(failure);
      setPending(null);
    }
  }

  return (
    <section className={styles.egress} aria-labelledby="egress">
      <h2 id="egress">{t("egress.title")}</h2>
      <p className={styles.lead}>{t("egress.text")}</p>
      {error !== null && <FailureMessage error={error} />}
      <div className={styles.scroll}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t("egress.sourceApp")}</th>
              {external.map((provider) => (
                <th scope="col" key={provider.id}>
                  {provider.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {sourceApps.map((sourceApp) => (
              <tr key={sourceApp.source_app}>
                <th scope="row">{sourceApp.label}</th>
                {external.map((provider) => (
                  <td key={provider.id}>
                    <input
                      type="checkbox"
                      aria-label={t("egress.approve", { provider: provider.name, sourceApp: sourceApp.label })}
                      checked={approvedOf(sourceApp).includes(provider.id)}
                      disabled={isPending(sourceApp)}
                      onChange={(event) => approve(sourceApp, provider, event.target.checked)}
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
