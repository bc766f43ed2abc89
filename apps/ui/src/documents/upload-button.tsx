"use client";
import { FileUp } from "lucide-react";
import { useTranslations } from "next-intl";
import { useRef } from "react";
import { Button } from "../components/button.tsx";
import { acceptedFiles } from "./formats.ts";
import { useUploads } from "./uploads-provider.tsx";

export function UploadButton() {
  const t = useTranslations("documents");
  const { choose } = useUploads();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button variant="primary" onClick={() => input.current?.click()}>
        <FileUp aria-hidden />
        {t("upload")}
      </Button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        accept={acceptedFiles}
        aria-label={t("upload")}
        onChange={(event) => {
          choose([...(event.target.files ?? [])]);
          event.target.value = ""; // the same file may be chosen again
        }}
      />
    </>
  );
}
