export type DoclingDocument = { readonly schema_name: "DoclingDocument" };
