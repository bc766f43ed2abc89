import { Activity, FileText, type LucideIcon, MessageSquareQuote, PlugZap, Workflow } from "lucide-react";
import { gatewayPages } from "../gateway/pages.ts";

export type Destination = {
  readonly href: "/assistant" | "/documents" | "/admin" | "/admin/providers" | "/admin/ingestion";
  readonly key: "assistant" | "documents" | "admin" | "gateway" | "ingestion";
  readonly icon: LucideIcon;
  readonly isForAdministrators: boolean;
  /** The key pressed after `g`. */
  readonly shortcut: string;
  /** Further pages it stands for. */
  readonly pages?: readonly string[];
};

export const destinations: readonly Destination[] = [
  { href: "/assistant", key: "assistant", icon: MessageSquareQuote, isForAdministrators: false, shortcut: "a" },
  { href: "/documents", key: "documents", icon: FileText, isForAdministrators: false, shortcut: "d" },
  { href: "/admin", key: "admin", icon: Activity, isForAdministrators: true, shortcut: "h" },
  {
    href: "/admin/providers",
    key: "gateway",
    icon: PlugZap,
    isForAdministrators: true,
    shortcut: "p",
    pages: gatewayPages.map(({ href }) => href),
  },
  { href: "/admin/ingestion", key: "ingestion", icon: Workflow, isForAdministrators: true, shortcut: "i" },
];

/** The destination a path belongs to: the one that has it among its pages, else the longest one it starts with. */
export function currentDestination(pathname: string): Destination | null {
  const owner = destinations.find(({ pages }) => pages?.includes(pathname));
  if (owner) return owner;
  const fitting = destinations.filter(({ href }) => pathname === href || pathname.startsWith(`${href}/`));
  return fitting.sort((a, b) => b.href.length - a.href.length)[0] ?? null;
}
