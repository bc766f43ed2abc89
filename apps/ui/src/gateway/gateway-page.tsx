"use client";
import type { ReactNode } from "react";
import { PageBody, PageHeader } from "../components/page-header.tsx";
import { GatewayNav } from "./gateway-nav.tsx";

/** The frame of each of the gateway's pages. */
export function GatewayPage({
  title,
  lead,
  actions,
  children,
}: {
  title: string;
  lead: string;
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <PageBody>
      <GatewayNav />
      <PageHeader title={title} lead={lead} actions={actions} />
      {children}
    </PageBody>
  );
}
