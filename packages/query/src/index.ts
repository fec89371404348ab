/** A parsed filter. (Placeholder until the language lands: replaced by its owner.) */
export interface Filter {
  readonly kind: string;
}
