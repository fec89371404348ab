import { TaffrailError } from "@taffrail/contracts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Asset, Assets } from "./assets.ts";

const access = { action: "page.read", resource: "page" } as const;

function sendAsset(request: FastifyRequest, reply: FastifyReply, asset: Asset): FastifyReply {
  reply
    .header("cache-control", asset.immutable ? "public, max-age=31536000, immutable" : "no-cache")
    .header("etag", asset.etag)
    .header("vary", "accept-encoding");
  if (request.headers["if-none-match"] === asset.etag) return reply.code(304).send();
  reply.type(asset.type);
  const zipped = asset.gzip && /\bgzip\b/.test(request.headers["accept-encoding"] ?? "");
  return zipped && asset.gzip ? reply.header("content-encoding", "gzip").send(asset.gzip) : reply.send(asset.bytes);
}

const wantsHtml = (request: FastifyRequest): boolean => (request.headers.accept ?? "").includes("text/html");

/** Addresses inside the page are its own business; everything that looks like a file or an API call is not. */
function isPagePath(path: string): boolean {
  return path === "/" || !/^\/(api|v1|assets)(\/|$)|\.[a-z0-9]+$/i.test(path);
}

/**
 * Serves the page: its files by name, and `index.html` for `/` and for every other address that a browser visits.
 *
 * @example registerPage(app, loadAssets(folder))
 */
export function registerPage(app: FastifyInstance, assets: Assets): void {
  const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const path = request.url.split("?", 1)[0] ?? "/";
    const asset = assets.get(path);
    if (asset) return sendAsset(request, reply, asset);
    if (!isPagePath(path) || !(path === "/" || wantsHtml(request))) {
      reply.callNotFound();
      return reply;
    }
    const index = assets.get("/index.html");
    if (!index) throw new TaffrailError("page_missing");
    return sendAsset(request, reply, index);
  };
  for (const url of ["/", "/*"]) {
    app.route({ method: ["GET", "HEAD"], url, config: { access, operation: "page" }, handler });
  }
}
