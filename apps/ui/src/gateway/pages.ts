/** The administrator's pages about models, in the order they are needed. */
export const gatewayPages = [
  { href: "/admin/providers", key: "providers" },
  { href: "/admin/models", key: "models" },
  { href: "/admin/routes", key: "routes" },
  { href: "/admin/keys", key: "keys" },
  { href: "/admin/limits", key: "limits" },
  { href: "/admin/cache", key: "cache" },
  { href: "/admin/usage", key: "usage" },
  { href: "/admin/guardrails", key: "guardrails" },
] as const;
