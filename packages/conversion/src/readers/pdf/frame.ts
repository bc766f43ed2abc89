import type { Box } from "./geometry.ts";

/** A page as it must be turned for some of its text to read from left to right: how to turn boxes there and back. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  /** Of the page as shown, its height. */
  readonly pageHeight: number;
  toFrame(box: Box): Box;
  toPage(box: Box): Box;
}

/** Quarter turns (0 to 3) counter-clockwise that text of this angle in degrees is nearest to. */
export const quarterOf = (angle: number): number => Math.round(angle / 90) % 4;

/** A frame whose page lies askew: what stands level in it falls to the right by these degrees on the page as shown. */
export function skewedFrame(frame: Frame, degrees: number): Frame {
  if (degrees === 0) return frame;
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const [cx, cy] = [frame.width / 2, frame.height / 2];
  const slanted = ({ l, t, r, b }: Box): Box => {
    const corners = [l, r].flatMap((x) => [t, b].map((y) => [x - cx, y - cy] as const));
    const xs = corners.map(([x, y]) => cx + x * cos - y * sin);
    const ys = corners.map(([x, y]) => cy + x * sin + y * cos);
    return { l: Math.min(...xs), t: Math.min(...ys), r: Math.max(...xs), b: Math.max(...ys) };
  };
  return { ...frame, toPage: (box) => frame.toPage(slanted(box)) };
}

/** Neither level nor upright: a watermark. */
export const isSlanted = (angle: number): boolean => Math.abs(angle - 90 * Math.round(angle / 90)) > 8;

export function frameOf(quarter: number, width: number, height: number): Frame {
  const pageHeight = height;
  if (quarter === 1)
    return {
      width: height,
      height: width,
      pageHeight,
      toFrame: ({ l, t, r, b }) => ({ l: height - b, r: height - t, t: l, b: r }),
      toPage: ({ l, t, r, b }) => ({ t: height - r, b: height - l, l: t, r: b }),
    };
  if (quarter === 2) {
    const turn = ({ l, t, r, b }: Box): Box => ({ l: width - r, r: width - l, t: height - b, b: height - t });
    return { width, height, pageHeight, toFrame: turn, toPage: turn };
  }
  if (quarter === 3)
    return {
      width: height,
      height: width,
      pageHeight,
      toFrame: ({ l, t, r, b }) => ({ l: t, r: b, t: width - r, b: width - l }),
      toPage: ({ l, t, r, b }) => ({ t: l, b: r, l: width - b, r: width - t }),
    };
  const same = ({ l, t, r, b }: Box): Box => ({ l, t, r, b });
  return { width, height, pageHeight, toFrame: same, toPage: same };
}
