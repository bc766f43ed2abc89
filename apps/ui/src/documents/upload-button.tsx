"use client";
import { FileUp, FolderUp } from "lucide-react";
import { useTranslations } from "next-intl";
import { Button, IconButton } from "../components/button.tsx";
import { useUploads } from "./uploads-provider.tsx";

export function UploadButton() {
  const t = useTranslations("documents");
  const { browse } = useUploads();
  return (
    <>
      <IconButton label={t("uploadFolder")} variant="secondary" onClick={() => browse("folder")}>
        <FolderUp aria-hidden />
      </IconButton>
      <Button variant="primary" onClick={() => browse("files")}>
        <FileUp aria-hidden />
        {t("upload")}
      </Button>
    </>
  );
}
