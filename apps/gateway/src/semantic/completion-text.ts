interface Choice {
  readonly message?: { readonly content?: unknown };
}

const onlyChoice = (completion: Record<string, unknown>): Choice | null => {
  const { choices } = completion;
  return Array.isArray(choices) && choices.length === 1 ? (choices[0] as Choice) : null;
};

/** The text of an answer with one choice; null for any other. */
export function answerText(completion: Record<string, unknown>): string | null {
  const content = onlyChoice(completion)?.message?.content;
  return typeof content === "string" ? content : null;
}

/** The same completion with another text. */
export function withAnswerText(completion: Record<string, unknown>, text: string): Record<string, unknown> {
  const choice = onlyChoice(completion);
  if (choice === null || choice.message?.content === text) return completion;
  return { ...completion, choices: [{ ...choice, message: { ...choice.message, content: text } }] };
}
