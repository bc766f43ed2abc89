import { EventEmitter } from "node:events";
import type { Server, ServerResponse } from "node:http";
import { AppError } from "@aurora/kernel";
import { expect, it } from "vitest";
import { createLiveRequests, maxIntakes } from "./live-requests.ts";

const live = () => createLiveRequests(new EventEmitter() as unknown as Server);
const response = () => new EventEmitter() as unknown as ServerResponse;
const codeOf = (work: () => void): unknown => {
  try {
    work();
    return null;
  } catch (error) {
    return AppError.is(error) ? [error.code, error.params.retry_after_s] : error;
  }
};

it("files on their way in are counted by organisation, and freed as their responses close", () => {
  const requests = live();
  const open = Array.from({ length: maxIntakes.tenant }, response);
  for (const one of open) requests.countIntake(one, "first");
  expect(codeOf(() => requests.countIntake(response(), "first"))).toEqual(["rate_limited", 5]);
  expect(codeOf(() => requests.countIntake(response(), "second"))).toBeNull();
  open[0]?.emit("close");
  expect(codeOf(() => requests.countIntake(response(), "first"))).toBeNull();
});

it("the process takes so many files at once, whoever sends them", () => {
  const requests = live();
  const open = Array.from({ length: maxIntakes.process }, response);
  for (const [index, one] of open.entries()) requests.countIntake(one, `tenant ${index % 10}`);
  expect(codeOf(() => requests.countIntake(response(), "another"))).toEqual(["unavailable", 5]);
  for (const one of open) one.emit("close");
  expect(codeOf(() => requests.countIntake(response(), "another"))).toBeNull();
});
