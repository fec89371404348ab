/**
 * A family of tokens that show by their beginning whose they are. `lead` and `anchor` are the beginning, cut before a character that is rare in
 * prose; `body` is the rest. All are sources of regular expressions.
 */
export interface Provider {
  readonly of: string;
  readonly lead: string;
  readonly first: string;
  readonly anchor: string;
  readonly body: string;
}

const provider = (of: string, lead: string, anchor: string, body: string): Provider => ({
  of,
  lead,
  first: anchor.startsWith("\\") ? anchor.slice(0, 2) : anchor.charAt(0),
  anchor,
  body,
});

/** The token families that are known. Bodies may be longer than today's tokens: providers lengthen them. */
export const providers: readonly Provider[] = [
  provider("AWS", "(?:AK|AS|AB|AC)", "IA", "[A-Z2-7]{16}"),
  provider("AWS", "AC", "CA", "[A-Z2-7]{16}"),
  provider("GitHub", "gh[oprsu]", "_", "[A-Za-z0-9]{30,255}"),
  provider("GitHub", "github_pat", "_", "[A-Za-z0-9_]{22,255}"),
  provider("GitLab", "gl[a-z]{2,8}", "\\-", "[A-Za-z0-9_\\-]{20,255}"),
  provider("Slack", "xox[a-z]", "\\-", "[A-Za-z0-9\\-]{10,255}"),
  provider("Slack", "xapp", "\\-", "[A-Za-z0-9\\-]{10,255}"),
  provider("Slack", "hooks\\.slack\\.com", "\\/services\\/", "[A-Za-z0-9/]{20,255}"),
  provider("Discord", "api", "\\/webhooks\\/", "\\d{15,22}\\/[A-Za-z0-9_\\-]{20,255}"),
  provider("Discord", "[A-Za-z0-9_\\-]{23,28}", "\\.", "[A-Za-z0-9_\\-]{6}\\.[A-Za-z0-9_\\-]{27,40}"),
  provider("Telegram", "\\d{8,10}", ":", "[A-Za-z0-9_\\-]{35}"),
  provider("Stripe", "[rs]k_(?:live|test)", "_", "[A-Za-z0-9]{10,255}"),
  provider("Stripe", "whsec", "_", "[A-Za-z0-9+/=]{16,255}"),
  provider("npm", "npm", "_", "[A-Za-z0-9]{30,255}"),
  provider("PyPI", "pypi", "\\-", "[A-Za-z0-9_\\-]{16,511}"),
  provider("Google", "A", "Iza", "[A-Za-z0-9_\\-]{35}"),
  provider("Google", "ya29", "\\.", "[A-Za-z0-9_\\-.]{20,511}"),
  provider("Google", "GOCSPX", "\\-", "[A-Za-z0-9_\\-]{20,255}"),
  provider("OpenAI, Anthropic", "sk", "\\-", "[A-Za-z0-9_\\-]{20,511}"),
  provider("SendGrid", "SG", "\\.", "[A-Za-z0-9_\\-]{16,64}\\.[A-Za-z0-9_\\-]{16,64}"),
  provider("Twilio", "S", "K", "[0-9a-f]{32}"),
  provider("Mailgun", "key", "\\-", "[0-9a-z]{32}"),
  provider("Mailchimp", "[0-9a-f]{32}", "\\-us", "\\d{1,2}"),
  provider("DigitalOcean", "do[opr]_v1", "_", "[0-9a-f]{64}"),
  provider("Shopify", "shp(?:at|ca|pa|ss)", "_", "[0-9a-fA-F]{32}"),
  provider("Square", "sq0[a-z]{3}", "\\-", "[A-Za-z0-9_\\-]{20,64}"),
  provider("Databricks", "da", "pi", "[0-9a-f]{32}"),
  provider("HashiCorp Vault", "hv[brs]", "\\.", "[A-Za-z0-9_\\-]{20,255}"),
  provider("Linear", "lin_api", "_", "[A-Za-z0-9]{30,255}"),
  provider("Notion", "ntn", "_", "[A-Za-z0-9]{30,255}"),
  provider("Hugging Face", "hf", "_", "[A-Za-z]{30,64}"),
  provider("Doppler", "dp\\.[a-z]{2,6}", "\\.", "[A-Za-z0-9]{30,64}"),
  provider("PlanetScale", "pscale_(?:tkn|pw|oauth)", "_", "[A-Za-z0-9_\\-.]{30,64}"),
  provider("Supabase", "sb[ps]", "_", "[0-9a-f]{40}"),
  provider("Grafana", "gl(?:sa|c)", "_", "[A-Za-z0-9_+/=]{30,255}"),
  provider("New Relic", "NRAK", "\\-", "[A-Z0-9]{27}"),
  provider("Atlassian", "ATA", "TT3", "[A-Za-z0-9_\\-=]{30,511}"),
  provider("Docker", "dckr_(?:pat|oat)", "_", "[A-Za-z0-9_\\-]{20,64}"),
  provider("Sentry", "sntry[su]", "_", "[A-Za-z0-9_+/=.\\-]{30,511}"),
  provider("PostHog", "ph[cx]", "_", "[A-Za-z0-9]{30,64}"),
  provider("Figma", "fig[dro]", "_", "[A-Za-z0-9_\\-]{30,64}"),
  provider("Airtable", "pat[A-Za-z0-9]{14}", "\\.", "[0-9a-f]{64}"),
  provider("age", "AGE", "\\-SECRET-KEY-1", "[0-9A-Z]{40,64}"),
];
