import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose';

/** Somebody who signs tokens: a server with a discovery document and keys that can be replaced. */
export class TokenIssuer {
  /** Requests for keys so far. */
  asked = 0;
  /** While true, every request is answered with 500. */
  isAway = false;
  private keys: { readonly kid: string; readonly secret: CryptoKey; readonly jwk: JWK }[] = [];

  private constructor(private readonly server: Server) {}

  static async start(): Promise<TokenIssuer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const issuer = new TokenIssuer(server);
    server.on('request', (request, response) => {
      if (request.url === '/keys') issuer.asked += 1;
      response.statusCode = issuer.isAway ? 500 : 200;
      response.setHeader('content-type', 'application/json');
      const documents: Readonly<Record<string, object>> = {
        '/.well-known/openid-configuration': { issuer: issuer.url, jwks_uri: `${issuer.url}/keys` },
        '/keys': { keys: issuer.keys.map(({ jwk }) => jwk) },
      };
      response.end(JSON.stringify(documents[request.url ?? ''] ?? {}));
    });
    await issuer.replaceKeys('first');
    return issuer;
  }

  get url(): string {
    const { port } = this.server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  async replaceKeys(kid: string): Promise<void> {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    this.keys = [{ kid, secret: privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' } }];
  }

  /** A token with the newest key, for an hour. */
  async sign(claims: JWTPayload): Promise<string> {
    const [key] = this.keys;
    if (!key) throw new Error('no key');
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({ iss: this.url, aud: 'soma', sub: 'alice', iat: now, exp: now + 3600, ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: key.kid })
      .sign(key.secret);
  }

  close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    return closed;
  }
}
