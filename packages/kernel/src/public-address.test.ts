import { expect, it } from "vitest";
import { isPublicAddress } from "./public-address.ts";

it.each([
  ["8.8.8.8", true],
  ["2606:4700::1111", true],
  ["100.64.0.1", false],
  ["192.168.1.1", false],
  ["224.0.0.1", false],
  ["fd00::1", false],
  ["fe80::1", false],
  ["2001:db8::1", false],
  ["64:ff9b::a00:1", false],
  ["0.0.0.0", false],
  ["240.0.0.1", false],
  ["::ffff:8.8.8.8", false],
  ["::ffff:127.0.0.1", false],
  ["::1", false],
  ["::", false],
  ["2002:7f00:1::", false],
  ["2001:0:53aa:64c::1", false],
  ["ff02::1", false],
  ["fe80::1%eth0", false],
  ["nonsense", false],
] as const)("%s is public: %s", (address, expected) => expect(isPublicAddress(address)).toBe(expected));
