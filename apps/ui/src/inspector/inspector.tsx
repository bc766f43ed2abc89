"use client";
import { X } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { IconButton } from "../components/button.tsx";
import { Tabs } from "../components/tabs.tsx";
import { useSession } from "../session/session-provider.tsx";
import { DetailsTab } from "./details-tab.tsx";
import type { InspectedDocument } from "./inspected-document.ts";
import styles from "./inspector.module.css";
import { LinksTab } from "./links-tab.tsx";
import { PassagesTab } from "./passages-tab.tsx";
import { PicturesTab } from "./pictures-tab.tsx";
import { QualityTab } from "./quality-tab.tsx";
import { StructureTab } from "./structure-tab.tsx";
import { VersionsTab } from "./versions-tab.tsx";

type Props = { document: InspectedDocument; onClose: () => void; onChanged: () => void };

/** What is known of a document, beside its pages. */
export function Inspector({ document, onClose, onChanged }: Props) {
  const t = useTranslations("inspector");
  const { sourceApps } = useSession();
  const permissions = sourceApps.find((one) => one.sourceApp === document.source_app)?.permissions ?? [];
  const canManage = permissions.includes("manage");
  const tab = (
    key: "details" | "structure" | "passages" | "pictures" | "quality" | "versions" | "links",
    content: () => ReactNode,
  ) => ({
    key,
    label: t(`tab.${key}`),
    content,
  });
  const tabs = [
    tab("details", () => <DetailsTab document={document} />),
    ...(document.is_searchable
      ? [
          tab("structure", () => <StructureTab documentId={document.id} />),
          tab("passages", () => <PassagesTab document={document} />),
          tab("pictures", () => <PicturesTab documentId={document.id} />),
          tab("quality", () => <QualityTab document={document} />),
        ]
      : []),
    tab("versions", () => <VersionsTab document={document} canManage={canManage} onChanged={onChanged} />),
    ...(canManage ? [tab("links", () => <LinksTab documentId={document.id} />)] : []),
  ];
  return (
    <aside className={styles.panel} aria-label={t("label")}>
      <Tabs
        label={t("label")}
        tabs={tabs}
        bodyClassName={styles.body}
        actions={
          <IconButton label={t("close")} size="small" onClick={onClose}>
            <X aria-hidden />
          </IconButton>
        }
      />
    </aside>
  );
}
