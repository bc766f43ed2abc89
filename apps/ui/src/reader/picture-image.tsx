"use client";
import { useState } from "react";
import { useApi } from "../api/api-provider.tsx";
import type { PictureImage as Image } from "./docling.ts";

type Props = { documentId: string; image: Image; alt: string; className?: string | undefined };

/** A picture of a document, as it was stored: PNG, JPEG or WebP. It leaves its place when it cannot be shown. */
export function PictureImage({ documentId, image, alt, className }: Props) {
  const api = useApi();
  const [isLost, setIsLost] = useState(false);
  if (isLost) return null;
  return (
    // biome-ignore lint/performance/noImgElement: a picture behind a session cookie, already of the right size
    <img
      className={className}
      src={`${api.baseUrl}/api/documents/${documentId}/pictures/${image.name}`}
      alt={alt}
      width={image.width}
      height={image.height}
      loading="lazy"
      decoding="async"
      {...(api.baseUrl ? { crossOrigin: "use-credentials" as const } : {})}
      onError={() => setIsLost(true)}
    />
  );
}
