import { z } from "zod";

export const Uuid = z.uuid().toLowerCase();
/** `source_app`, `workspace`, `pack_id`: lower-case slugs, unique in the tenant. */
export const Slug = z
  .string()
  .max(64)
  .regex(/^[a-z0-9]+(?:[._-][a-z0-9]+)*$/);
export const Sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);
export const Timestamp = z.iso.datetime({ offset: true });
/** BCP 47 tag, short form ("fr", "en", "pt-BR"). */
export const LanguageTag = z
  .string()
  .max(16)
  .regex(/^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/);

export const roles = ["superadmin", "admin", "manager", "user"] as const;
export const Role = z.enum(roles);
export type Role = z.infer<typeof Role>;

export const permissions = ["read", "ingest", "manage"] as const;
export const Permission = z.enum(permissions);
export type Permission = z.infer<typeof Permission>;

/** `?cursor&limit` of every list. The cursor is opaque. */
export const PageQuery = z.strictObject({
  cursor: z.string().max(512).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export const page = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), next_cursor: z.string().nullable() });

/** A rectangle on a page, in PDF points, origin top left, pages from 1. */
export const BoundingBox = z.object({
  page: z.int().min(1),
  l: z.number(),
  t: z.number(),
  r: z.number(),
  b: z.number(),
});
export type BoundingBox = z.infer<typeof BoundingBox>;

/** Something the reader should know that is not an error. */
export const Notice = z.object({ code: z.string(), params: z.record(z.string(), z.union([z.string(), z.number()])) });
export type Notice = z.infer<typeof Notice>;
