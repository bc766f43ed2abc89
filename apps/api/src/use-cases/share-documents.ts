import { grantsOf } from "@aurora/auth";
import type { CreateLinkRequest, DocumentLink, TenantIngestion } from "@aurora/contracts";
import {
  AppError,
  type Clock,
  type Ids,
  isGranted,
  type SystemScope,
  sha256Hex,
  systemScope,
  type TenantScope,
  tenantScope,
} from "@aurora/kernel";
import type { ObjectStore } from "@aurora/object-store";
import type { z } from "zod";
import type { KeyAccess, UserAccess } from "./authenticate.ts";
import type { RangeRequest } from "./byte-range.ts";
import { type PageRequest, pageByTime } from "./paging.ts";
import type { ReadDocumentsDeps } from "./read-documents.ts";
import { findOriginal, type Original, openOriginal } from "./read-original.ts";

interface LinkRow {
  readonly id: string;
  readonly documentId: string;
  readonly prefix: string;
  readonly maxDownloads: number | null;
  readonly downloadsCount: number;
  readonly lastDownloadAt: Date | null;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
}

export interface ShareDocumentsDeps {
  readonly clock: Clock;
  readonly ids: Ids;
  /** PUBLIC_BASE_URL, without a slash at its end. */
  readonly publicBaseUrl: string;
  readonly links: {
    lookupLink(scope: SystemScope, hash: string): Promise<{ tenantId: string; id: string } | null>;
    insertLink(
      scope: TenantScope,
      link: Omit<LinkRow, "downloadsCount" | "lastDownloadAt" | "revokedAt"> & { readonly tokenHash: string },
    ): Promise<void>;
    listLinks(
      scope: TenantScope,
      documentId: string,
      after: { at: Date; id: string } | null,
      limit: number,
    ): Promise<LinkRow[]>;
    findLink(scope: TenantScope, id: string): Promise<LinkRow | null>;
    findLinkedDocument(
      scope: TenantScope,
      documentId: string,
    ): Promise<{ sourceApp: string; isTenantOpen: boolean } | null>;
    revokeLink(scope: TenantScope, documentId: string, id: string, now: Date): Promise<boolean>;
    countDownload(scope: TenantScope, id: string, now: Date): Promise<boolean>;
    arePublicLinksEnabled(scope: TenantScope): Promise<boolean>;
    setPublicLinksEnabled(scope: TenantScope, isEnabled: boolean): Promise<void>;
  };
  readonly access: {
    findUserAccess(scope: TenantScope, userId: string): Promise<UserAccess | null>;
    findKeyAccess(scope: TenantScope, keyId: string): Promise<KeyAccess | null>;
  };
  readonly versions: Pick<ReadDocumentsDeps["versions"], "findOriginal">;
  readonly objects: Pick<ObjectStore, "head" | "read">;
}

const tokenBytes = 32;
const tokenPattern = /^[A-Za-z0-9_-]{43}$/;
const prefixLength = 6;
async function* noBytes(): AsyncGenerator<Uint8Array> {}
const notFound = () => new AppError("not_found", "Not found.");
const ended = () => new AppError("link_ended", "This link has ended.");

/** Links that give anybody the original. The caller's `manage` on the document was checked before, where there is a caller. */
export function createShareDocuments(deps: ShareDocumentsDeps) {
  const { access, clock, ids, links } = deps;
  const now = () => new Date(clock.nowMs());

  /** Whether whoever made the link, a person or a key, could make it still. */
  async function canStillManage(scope: TenantScope, createdBy: string, sourceApp: string): Promise<boolean> {
    const user = await access.findUserAccess(scope, createdBy);
    if (user) return user.isActive && mayManage(scope, createdBy, user, sourceApp);
    const key = await access.findKeyAccess(scope, createdBy);
    if (!key?.isMakerAble || key.revokedAt !== null || key.expiresAt.getTime() <= clock.nowMs()) return false;
    return mayManage(scope, createdBy, key, sourceApp);
  }
  const mayManage = (
    { tenantId }: TenantScope,
    id: string,
    { permissions, role }: Pick<UserAccess, "role" | "permissions">,
    sourceApp: string,
  ): boolean =>
    isGranted(tenantScope(tenantId, { kind: "user", id, role }, grantsOf(role, permissions)), "manage", sourceApp);

  const isOpen = ({ downloadsCount, expiresAt, maxDownloads, revokedAt }: LinkRow): boolean =>
    revokedAt === null &&
    expiresAt.getTime() > clock.nowMs() &&
    (maxDownloads === null || downloadsCount < maxDownloads);

  /** Links of one document that may be used; nothing is asked twice. */
  async function activeOf(
    scope: TenantScope,
    documentId: string,
    candidates: readonly LinkRow[],
  ): Promise<Set<string>> {
    const unended = candidates.filter(isOpen);
    const document = unended.length > 0 ? await links.findLinkedDocument(scope, documentId) : null;
    if (!document?.isTenantOpen) return new Set();
    const able = new Set<string>();
    for (const maker of new Set(unended.map(({ createdBy }) => createdBy)))
      if (await canStillManage(scope, maker, document.sourceApp)) able.add(maker);
    return new Set(unended.filter(({ createdBy }) => able.has(createdBy)).map(({ id }) => id));
  }

  const present = (link: LinkRow, active: ReadonlySet<string>): DocumentLink => ({
    id: link.id,
    document_id: link.documentId,
    prefix: link.prefix,
    max_downloads: link.maxDownloads,
    downloads_count: link.downloadsCount,
    last_download_at: link.lastDownloadAt?.toISOString() ?? null,
    created_at: link.createdAt.toISOString(),
    expires_at: link.expiresAt.toISOString(),
    revoked_at: link.revokedAt?.toISOString() ?? null,
    is_active: active.has(link.id),
  });

  return {
    /**
     * To what readers see: a file that was not read to its end, and so perhaps not scanned, is given to nobody outside.
     * @throws AppError `feature_disabled` where the organisation has switched links off; `conflict` before the document
     *   is published.
     */
    async create(scope: TenantScope, documentId: string, input: z.output<typeof CreateLinkRequest>) {
      if (scope.principal.kind === "job") throw new Error("a job makes no links");
      if (!(await links.arePublicLinksEnabled(scope)))
        throw new AppError("feature_disabled", "Public links are switched off.", {
          params: { feature: "public_links" },
        });
      if (!(await deps.versions.findOriginal(scope, documentId, "published")))
        throw new AppError("conflict", "The document is not published yet.");
      const token = ids.secret(tokenBytes);
      const createdAt = now();
      const link = {
        id: ids.uuid(),
        documentId,
        prefix: token.slice(0, prefixLength),
        maxDownloads: input.max_downloads ?? null,
        createdBy: scope.principal.id,
        createdAt,
        expiresAt: new Date(createdAt.getTime() + input.expires_in_hours * 3_600_000),
      };
      await links.insertLink(scope, { ...link, tokenHash: sha256Hex(token) });
      const shown = present(
        { ...link, downloadsCount: 0, lastDownloadAt: null, revokedAt: null },
        new Set([link.id]), // its maker has the right, or would not be here
      );
      return { ...shown, token, url: `${deps.publicBaseUrl}/api/public/${token}` };
    },

    async list(scope: TenantScope, documentId: string, request: PageRequest) {
      const page = await pageByTime(request, async (after, limit) =>
        (await links.listLinks(scope, documentId, after, limit)).map((link) => ({
          id: link.id,
          created_at: link.createdAt.toISOString(),
          link,
        })),
      );
      const shown = page.items.map(({ link }) => link);
      const active = await activeOf(scope, documentId, shown);
      return { ...page, items: shown.map((link) => present(link, active)) };
    },

    /** Asked twice, it stays revoked since the first time. */
    async revoke(scope: TenantScope, documentId: string, id: string): Promise<void> {
      if (!(await links.revokeLink(scope, documentId, id, now()))) throw notFound();
    },

    /**
     * The original behind a token. Counts as a download unless only the head is asked for, or a range that does not
     * begin the file.
     * @throws AppError `not_found` for a token that never was, `link_ended` for one that may not be used any more.
     */
    async open(
      token: string,
      request: RangeRequest & { readonly isHead: boolean },
      signal: AbortSignal,
    ): Promise<Original> {
      if (!tokenPattern.test(token)) throw notFound();
      const found = await links.lookupLink(systemScope("open a public link"), sha256Hex(token));
      if (!found) throw notFound();
      const bare = { read: [], ingest: [], manage: [] };
      const scope = tenantScope(found.tenantId, { kind: "job", id: "public link", role: "system" }, bare);
      const link = await links.findLink(scope, found.id);
      if (!link || !(await activeOf(scope, link.documentId, [link])).has(link.id)) throw ended();
      const stored = await deps.versions.findOriginal(scope, link.documentId, "published");
      const file = stored && (await findOriginal(deps.objects, scope, stored, request));
      if (!file) throw ended();
      if (request.isHead) return { ...file, body: noBytes() };
      const counts = file.range === null || file.range.start === 0;
      if (counts && !(await links.countDownload(scope, found.id, now()))) throw ended();
      return openOriginal(deps.objects, scope, stored, file, signal);
    },

    async settings(scope: TenantScope): Promise<z.output<typeof TenantIngestion>> {
      return { public_links_enabled: await links.arePublicLinksEnabled(scope) };
    },
    async changeSettings(scope: TenantScope, input: z.output<typeof TenantIngestion>) {
      await links.setPublicLinksEnabled(scope, input.public_links_enabled);
      return input;
    },
  };
}
