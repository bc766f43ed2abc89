import { notFound } from "next/navigation";

/** Any address that no page answers, so that the 404 is in the reader's language. */
export default function MissingPage(): never {
  notFound();
}
