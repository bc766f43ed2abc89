import type { ErrorCode, ErrorParams } from "@aurora/contracts";
import type { ConvertedDocument, Picture, SourceFile } from "../port.ts";

/** Parent to child, after `ready`. One `convert` a process; an `ack` lets the next image come. */
export type ParentMessage =
  | {
      readonly kind: "convert";
      readonly file: SourceFile;
      /** What the parent allows before it kills: the child stops recognising pages in time. */
      readonly timeoutMs: number;
      readonly maxPages: number;
      readonly pageImageDpi: number;
      readonly password: string | null;
      readonly language: "fr" | "en" | null;
      readonly ocr: "auto" | "off";
      readonly htmlMode: "main" | "raw";
      readonly wantsPictures: boolean;
      /** Answer of a conversion service, to be looked at where it can do no harm. */
      readonly serviceReply: Uint8Array | null;
    }
  | { readonly kind: "ack" };

export type ChildMessage =
  | { readonly kind: "ready" }
  | { readonly kind: "progress"; readonly fraction: number; readonly pageCount?: number | undefined }
  | { readonly kind: "page_image"; readonly page: number; readonly png: Uint8Array }
  | { readonly kind: "picture"; readonly picture: Picture }
  | { readonly kind: "done"; readonly result: ConvertedDocument }
  | { readonly kind: "failed"; readonly code: ErrorCode; readonly message: string; readonly params: ErrorParams }
  | { readonly kind: "crashed"; readonly error: string };
