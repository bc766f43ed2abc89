/**
 * What is answered when the sources do not hold the answer, by language. Models are told to use these very words, so
 * that a refusal is known for one whoever wrote it.
 */
export const refusals: Readonly<Record<string, string>> = {
  fr: "Les documents disponibles ne permettent pas de répondre à cette question.",
  en: "The available documents do not answer this question.",
  de: "Die verfügbaren Dokumente beantworten diese Frage nicht.",
  es: "Los documentos disponibles no permiten responder a esta pregunta.",
  it: "I documenti disponibili non permettono di rispondere a questa domanda.",
  pt: "Os documentos disponíveis não permitem responder a esta pergunta.",
};
