"use client";
import { notFound } from "next/navigation";
import type { ReactNode } from "react";
import { isAdministrator } from "../../../../session/load-session.ts";
import { useSession } from "../../../../session/session-provider.tsx";

/** For others these pages do not exist; the API refuses their data in any case. */
export default function AdministrationLayout({ children }: { children: ReactNode }) {
  if (!isAdministrator(useSession().user)) notFound();
  return children;
}
