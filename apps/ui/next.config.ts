import { resolve } from "node:path";
import type { NextConfig } from "next";
import createNextIntlPlugin from "next-intl/plugin";

const workspaceRoot = resolve(import.meta.dirname, "../..");

const config: NextConfig = {
  output: "standalone",
  outputFileTracingRoot: workspaceRoot,
  turbopack: { root: workspaceRoot },
  transpilePackages: ["@aurora/contracts", "@aurora/i18n"],
  poweredByHeader: false,
  // A compressor holds back the bytes of an event stream; compression belongs to the TLS proxy in front.
  compress: false,
  // Types are checked by `tsc -p apps/ui` with everything else.
  typescript: { ignoreBuildErrors: true },
  images: { unoptimized: true }, // nothing uses it: without this `/_next/image` would resize pictures for anybody
  headers: async () => [
    {
      // Files, and what Next answers when one is missing: no page, so nothing may run. Pages get theirs in `src/proxy.ts`.
      source: "/:path(_next/.*|icon\\.svg)",
      headers: [
        {
          key: "Content-Security-Policy",
          value: "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
        },
      ],
    },
    {
      source: "/:path*",
      headers: [
        { key: "X-Content-Type-Options", value: "nosniff" },
        { key: "Referrer-Policy", value: "same-origin" },
        { key: "X-Frame-Options", value: "DENY" },
        { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
        { key: "Permissions-Policy", value: "camera=(), microphone=(), geolocation=(), payment=()" },
      ],
    },
  ],
};

export default createNextIntlPlugin("./src/i18n/request.ts")(config);
