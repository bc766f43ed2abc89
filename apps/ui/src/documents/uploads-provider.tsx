"use client";
import { IngestionBatch } from "@aurora/contracts";
import { useTranslations } from "next-intl";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";
import { useApi } from "../api/api-provider.tsx";
import { useSession } from "../session/session-provider.tsx";
import { type ChosenFile, chosenFiles } from "./dropped-files.ts";
import { acceptedFiles } from "./formats.ts";
import { type UploadHandles, type UploadStep, uploadFile, watchDocument } from "./upload-file.ts";

export type Upload = {
  readonly id: string;
  readonly file: File;
  readonly folder: string;
  readonly sourceApp: string;
  /** Files chosen together are followed together. */
  readonly batchId: string | null;
  readonly step: UploadStep;
  readonly documentId: string | null;
  readonly jobId: string | null;
};
type Running = { controller: AbortController; handles: UploadHandles };

type Uploads = {
  readonly items: readonly Upload[];
  /** Files chosen but not yet given a corpus: the tray asks where they go. */
  readonly pending: readonly ChosenFile[];
  /** Rises each time a file was accepted or finished: lists read themselves anew. */
  readonly changes: number;
  /** Opens the browser's chooser of files, or of a folder. */
  readonly browse: (what: "files" | "folder") => void;
  readonly choose: (files: readonly ChosenFile[]) => void;
  readonly start: (sourceApp: string) => void;
  readonly dropPending: () => void;
  readonly cancel: (id: string) => void;
  readonly retry: (id: string) => void;
  readonly retryAll: () => void;
  readonly clearFinished: () => void;
};

const UploadsContext = createContext<Uploads | null>(null);
const atOnce = 3;
const isOver = (step: UploadStep) => ["ready", "cancelled", "refused", "failed"].includes(step.name);

export const isFinished = (upload: Upload): boolean => isOver(upload.step);

/** Files keep travelling while the reader moves between pages: their state lives above all of them. */
export function UploadsProvider({ children }: { children: ReactNode }) {
  const api = useApi();
  const t = useTranslations("documents");
  const { sourceApps } = useSession();
  const [items, setItems] = useState<readonly Upload[]>([]);
  const [pending, setPending] = useState<readonly ChosenFile[]>([]);
  const [changes, setChanges] = useState(0);
  const chooser = useRef<HTMLInputElement>(null);
  const running = useRef(new Map<string, Running>());

  const update = useCallback((id: string, change: Partial<Upload>) => {
    setItems((old) => old.map((item) => (item.id === id ? { ...item, ...change } : item)));
  }, []);

  const run = useCallback(
    async (
      id: string,
      work: (running: Running, onStep: (step: UploadStep) => void) => Promise<void>,
      handles: UploadHandles,
    ) => {
      const mine: Running = { controller: new AbortController(), handles };
      running.current.set(id, mine);
      let last = "";
      const onStep = (step: UploadStep) => {
        update(id, { step, ...mine.handles });
        if (last !== step.name && (step.name === "processing" || isOver(step))) setChanges((count) => count + 1);
        last = step.name;
      };
      try {
        await work(mine, onStep);
      } catch (error) {
        onStep(mine.controller.signal.aborted ? { name: "cancelled" } : { name: "failed", error });
      } finally {
        running.current.delete(id);
      }
    },
    [update],
  );

  // Starts what waits, a few at a time: more would only share the same line and memory.
  useEffect(() => {
    const free = atOnce - running.current.size;
    for (const item of items
      .filter(({ id, step }) => step.name === "waiting" && !running.current.has(id))
      .slice(0, Math.max(0, free)))
      void run(
        item.id,
        ({ controller, handles }, onStep) => uploadFile(api, item, handles, controller.signal, onStep),
        { documentId: null, jobId: null, version: 1 },
      );
  }, [api, items, run]);

  // Leaving the page would lose what is still on its way to the store.
  const isSending = items.some(({ step }) => ["waiting", "checking", "sending", "finishing"].includes(step.name));
  useEffect(() => {
    if (!isSending) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [isSending]);

  const value = useMemo<Uploads>(() => {
    const targets = sourceApps.filter(({ permissions }) => permissions.includes("ingest"));
    const begin = async (files: readonly ChosenFile[], sourceApp: string) => {
      setPending([]);
      const batchId = files.length > 1 ? await openBatch(files, sourceApp) : null;
      setItems((old) => [
        ...old,
        ...files.map(({ file, folder }) => ({
          id: crypto.randomUUID(),
          file,
          folder,
          sourceApp,
          batchId,
          step: { name: "waiting" } as const,
          documentId: null,
          jobId: null,
        })),
      ]);
    };
    const openBatch = async (files: readonly ChosenFile[], sourceApp: string): Promise<string | null> => {
      const top = files[0]?.folder.split("/")[0];
      const isOneFolder = top && files.every(({ folder }) => folder === top || folder.startsWith(`${top}/`));
      const name = isOneFolder ? top : t("batchName", { count: files.length, name: files[0]?.file.name ?? "" });
      const body = { name, source_app: sourceApp, caller_app: "aurora_nexus_ui" };
      try {
        return (await api.call(IngestionBatch, "/api/ingestion/batches", { method: "POST", body })).id;
      } catch {
        return null; // the files matter more than that they are followed together
      }
    };
    const retryOne = (item: Upload) => {
      const { documentId, jobId } = item;
      if (item.step.name !== "refused" || !documentId || !jobId)
        return update(item.id, { step: { name: "waiting" }, documentId: null, jobId: null });
      // The bytes are already there: only the reading is done again.
      void run(
        item.id,
        async ({ controller }, onStep) => {
          onStep({ name: "finishing" });
          const signal = controller.signal;
          await api.send(`/api/ingestion/jobs/${jobId}/retry`, { method: "POST", signal });
          await watchDocument(api, documentId, signal, onStep);
        },
        { documentId, jobId, version: 1 },
      );
    };
    return {
      items,
      pending,
      changes,
      browse: (what) => {
        chooser.current?.toggleAttribute("webkitdirectory", what === "folder");
        chooser.current?.click();
      },
      choose: (files) => {
        const only = targets.length === 1 ? targets[0] : undefined;
        if (only) void begin(files, only.sourceApp);
        else setPending(files);
      },
      start: (sourceApp) => void begin(pending, sourceApp),
      dropPending: () => setPending([]),
      cancel: (id) => {
        const mine = running.current.get(id);
        if (!mine) return update(id, { step: { name: "cancelled" } });
        const { documentId, jobId, version } = mine.handles;
        mine.controller.abort();
        if (jobId) void api.send(`/api/ingestion/jobs/${jobId}/cancel`, { method: "POST" }).catch(() => undefined);
        else if (documentId)
          void api
            .send(`/api/documents/${documentId}/versions/${version}`, { method: "DELETE" })
            .catch(() => undefined);
      },
      retry: (id) => {
        const item = items.find((one) => one.id === id);
        if (item) retryOne(item);
      },
      retryAll: () => {
        for (const item of items) if (["failed", "refused"].includes(item.step.name)) retryOne(item);
      },
      clearFinished: () => setItems((old) => old.filter((item) => !isFinished(item))),
    };
  }, [api, changes, items, pending, run, sourceApps, t, update]);

  return (
    <UploadsContext value={value}>
      {children}
      {/* Here, not beside a button: a button may be gone by the time the reader has chosen. */}
      <input
        ref={chooser}
        type="file"
        multiple
        hidden
        accept={acceptedFiles}
        onChange={(event) => {
          value.choose(chosenFiles(event.target.files ?? []));
          event.target.value = ""; // the same file may be chosen again
        }}
      />
    </UploadsContext>
  );
}

export function useUploads(): Uploads {
  const uploads = useContext(UploadsContext);
  if (!uploads) throw new Error("useUploads outside of UploadsProvider");
  return uploads;
}
