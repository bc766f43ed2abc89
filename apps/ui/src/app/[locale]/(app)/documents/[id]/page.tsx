import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { ReaderPage } from "../../../../../reader/reader-page.tsx";

type Props = {
  params: Promise<{ id: string }>;
  searchParams: Promise<{ page?: string | string[]; chunk?: string | string[] }>;
};

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("reader");
  return { title: t("title") };
}

const first = (value: string | string[] | undefined): string | null =>
  (Array.isArray(value) ? value[0] : value) ?? null;

export default async function Page({ params, searchParams }: Props) {
  const query = await searchParams;
  const page = Number(first(query.page));
  return (
    <ReaderPage
      documentId={(await params).id}
      page={Number.isInteger(page) && page > 0 ? page : null}
      chunkId={first(query.chunk)}
    />
  );
}
