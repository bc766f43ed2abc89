"use client";
import { useLayoutEffect, useRef, useState } from "react";

/** The width of an element in CSS pixels, as it changes. Drawn at its real size a chart's words stay as large as others. */
export function useWidth<E extends HTMLElement>(first = 720) {
  const ref = useRef<E>(null);
  const [width, setWidth] = useState(first);
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => entry && setWidth(Math.max(200, entry.contentRect.width)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { ref, width };
}
