"use client";
import { FileUp } from "lucide-react";
import { useTranslations } from "next-intl";
import { Button } from "../components/button.tsx";
import { useUploads } from "./uploads-provider.tsx";

export function UploadButton() {
  const t = useTranslations("documents");
  const { browse } = useUploads();
  return (
    <Button variant="primary" onClick={browse}>
      <FileUp aria-hidden />
      {t("upload")}
    </Button>
  );
}
