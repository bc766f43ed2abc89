import { ChangePasswordRequest, CurrentUser, LoginRequest, LoginResponse } from "@aurora/contracts";
import { defineRoute } from "../../http/define-route.ts";

const tag = "auth";

export const login = defineRoute({
  method: "POST",
  path: "/api/auth/login",
  summary: "Signs a person in: the session travels in an HttpOnly cookie.",
  tag,
  body: LoginRequest,
  reply: LoginResponse,
  needs: "public",
  handle: async ({ body, deps, request, setHeader }) => {
    const { token, bodyToken, user } = await deps.signIn.logIn(body.email, body.password, request.address);
    setHeader("set-cookie", deps.cookieFor(token));
    return { token: bodyToken, user };
  },
});

export const logout = defineRoute({
  method: "POST",
  path: "/api/auth/logout",
  summary: "Ends every session of the caller.",
  tag,
  reply: { kind: "empty" },
  needs: "authenticated",
  isOpenBeforePasswordChange: true,
  handle: async ({ deps, scope, setHeader }) => {
    await deps.signIn.logOut(scope);
    setHeader("set-cookie", deps.cookieFor(null));
  },
});

export const me = defineRoute({
  method: "GET",
  path: "/api/auth/me",
  summary: "Who the credential belongs to, and what it may do.",
  tag,
  reply: CurrentUser,
  needs: "authenticated",
  isOpenBeforePasswordChange: true,
  handle: ({ deps, scope }) => deps.signIn.describeCaller(scope),
});

export const changePassword = defineRoute({
  method: "POST",
  path: "/api/auth/password",
  summary: "Changes the caller's password and ends their other sessions.",
  tag,
  body: ChangePasswordRequest,
  reply: { kind: "empty" },
  needs: "authenticated",
  isOpenBeforePasswordChange: true,
  handle: async ({ body, deps, request, scope, session, setHeader }) => {
    const token = await deps.signIn.changePassword(scope, body.current_password, body.new_password, request.address);
    if (session.via === "cookie") setHeader("set-cookie", deps.cookieFor(token));
  },
});

export const authRoutes = [login, logout, me, changePassword];
