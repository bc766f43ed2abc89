import { createServer } from "node:net";
import { UserError } from "../terminal.ts";

/** A free TCP port of 127.0.0.1. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

/** @throws UserError naming the first port that is taken and the setting that moves it. */
export async function requireFreePorts(ports: Readonly<Record<string, number>>): Promise<void> {
  for (const [setting, port] of Object.entries(ports))
    if (!(await isPortFree(port)))
      throw new UserError(
        `Port ${port} of 127.0.0.1 is taken by another program. Stop it, or set ${setting} to a free port in .env.`,
      );
}
