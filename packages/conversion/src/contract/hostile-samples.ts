import { hostileArchives } from "./hostile-archives.ts";
import type { HostileFile } from "./hostile-file.ts";
import { hostileImages } from "./hostile-images.ts";
import { hostileMarkup } from "./hostile-markup.ts";
import { hostileOffice } from "./hostile-office.ts";
import { hostilePdfs } from "./hostile-pdf.ts";
import { hostileMails, hostileTexts } from "./hostile-texts.ts";

/**
 * Every kind of bad input, made in code.
 * @param trap Address of a server that nothing may ever ask.
 * @param token Part of the paths that archives try to write to.
 */
export const hostileFiles = (trap: string, token: string): HostileFile[] => [
  ...hostileArchives(token),
  ...hostilePdfs(trap),
  ...hostileImages(),
  ...hostileMarkup(trap),
  ...hostileOffice(trap),
  ...hostileMails(trap, token),
  ...hostileTexts(),
];
