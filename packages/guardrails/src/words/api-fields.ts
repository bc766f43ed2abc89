/**
 * Names the endpoints themselves give to fields (OpenAI's API reference; JSON Schema 2020-12 keywords; re-ranking):
 * no caller chose them, so a denied word among them says nothing.
 */
export const apiFields: ReadonlySet<string> = new Set(
  [
    "model messages role content name type text refusal audio id data format voice modalities prediction stream",
    "stream_options include_usage include_obfuscation temperature top_p top_k n stop seed max_tokens user metadata",
    "max_completion_tokens presence_penalty frequency_penalty logit_bias logprobs top_logprobs service_tier store",
    "tools tool_choice parallel_tool_calls function functions function_call parameters arguments strict custom grammar",
    "tool_calls tool_call_id description definition syntax response_format json_schema schema image_url url detail",
    "input_audio file file_id file_data file_url filename reasoning reasoning_content reasoning_effort verbosity",
    "prompt_cache_key prompt_cache_retention safety_identifier web_search_options search_context_size",
    "user_location approximate city country region timezone allowed_tools mode aurora index object created",
    "input instructions previous_response_id conversation include max_output_tokens max_tool_calls truncation",
    "background prompt version variables effort summary generate_summary encrypted_content status output call_id",
    "item_id annotations action queries results result server_label server_url server_description require_approval",
    "headers container vector_store_ids max_num_results ranking_options ranker score_threshold filters key value",
    "encoding_format dimensions query documents top_n return_documents max_chunks_per_doc rank_fields",
    "$schema $id $ref $anchor $comment $defs $dynamicRef $dynamicAnchor $vocabulary definitions properties",
    "patternProperties additionalProperties propertyNames required items prefixItems contains unevaluatedItems",
    "unevaluatedProperties dependentRequired dependentSchemas enum const default examples title pattern nullable",
    "minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength minItems maxItems uniqueItems",
    "minProperties maxProperties minContains maxContains allOf anyOf oneOf not if then else deprecated readOnly",
    "writeOnly contentEncoding contentMediaType contentSchema",
  ].flatMap((line) => line.split(" ")),
);
/** Fields whose own fields bear names the caller chose. */
export const callerNamed: ReadonlySet<string> = new Set([
  ...["metadata", "properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependentRequired"],
  ...["logit_bias", "variables", "headers"],
]);
