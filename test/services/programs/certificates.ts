import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** An authority of a test's own, a server certificate for localhost and 127.0.0.1, and one for a client. PEM files. */
export interface TestCertificates {
  readonly caFile: string;
  readonly serverCertFile: string;
  readonly serverKeyFile: string;
  /** Key and certificate in one file, as Kafka wants them. */
  readonly serverBundleFile: string;
  readonly clientCertFile: string;
  readonly clientKeyFile: string;
  /** An authority that signed none of these. */
  readonly otherCaFile: string;
}

interface Issuer {
  readonly name: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const DAY_MS = 86_400_000;

/** @param clientName the client's common name, by which PostgreSQL knows the role */
export async function makeCertificates(folder: string, clientName = 'soma'): Promise<TestCertificates> {
  await mkdir(folder, { recursive: true });
  const authority = newIssuer('SomaFractalMemory test authority');
  const other = newIssuer('Another authority');
  const server = newIssuer('localhost');
  const client = newIssuer(clientName);
  const write = async (name: string, ...contents: string[]): Promise<string> => {
    const file = path.join(folder, name);
    await writeFile(file, contents.join(''), { mode: 0o600 });
    return file;
  };
  const serverCertificate = certify(server, authority, extensionsOf(server, 'server'));
  return {
    caFile: await write('ca.crt', certify(authority, authority, extensionsOf(authority, 'authority'))),
    serverCertFile: await write('server.crt', serverCertificate),
    serverKeyFile: await write('server.key', keyOf(server)),
    serverBundleFile: await write('server.pem', keyOf(server), serverCertificate),
    clientCertFile: await write('client.crt', certify(client, authority, extensionsOf(client, 'client'))),
    clientKeyFile: await write('client.key', keyOf(client)),
    otherCaFile: await write('other-ca.crt', certify(other, other, extensionsOf(other, 'authority'))),
  };
}

function newIssuer(name: string): Issuer {
  return { name, ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) };
}

function keyOf({ privateKey }: Issuer): string {
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

// X.509 version 3 (RFC 5280) in DER: a tag, a length and the content, nested.

const BOOLEAN = 0x01;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const OBJECT_ID = 0x06;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const SEQUENCE = 0x30;
const SET = 0x31;

const ECDSA_WITH_SHA256 = der(SEQUENCE, der(OBJECT_ID, Buffer.from('2a8648ce3d040302', 'hex')));
const COMMON_NAME = Buffer.from('550403', 'hex');
const EXTENSION = {
  subjectKey: '551d0e',
  keyUsage: '551d0f',
  alternativeName: '551d11',
  basicConstraints: '551d13',
  authorityKey: '551d23',
  extendedKeyUsage: '551d25',
};
const PURPOSE = { server: '2b06010505070301', client: '2b06010505070302' };

function certify(subject: Issuer, issuer: Issuer, extensions: Buffer[]): string {
  const now = Date.now();
  const issuerKey = extension(EXTENSION.authorityKey, der(SEQUENCE, der(0x80, keyId(issuer))));
  const body = der(
    SEQUENCE,
    der(0xa0, der(INTEGER, Buffer.from([2]))),
    der(INTEGER, Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    ECDSA_WITH_SHA256,
    nameOf(issuer),
    der(SEQUENCE, utcTime(now - DAY_MS), utcTime(now + 365 * DAY_MS)),
    nameOf(subject),
    publicKeyInfo(subject),
    der(0xa3, der(SEQUENCE, ...extensions, issuerKey)),
  );
  const signature = sign('sha256', body, issuer.privateKey);
  const certificate = der(SEQUENCE, body, ECDSA_WITH_SHA256, der(BIT_STRING, Buffer.from([0]), signature));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function extensionsOf(subject: Issuer, role: 'authority' | 'server' | 'client'): Buffer[] {
  const subjectKey = extension(EXTENSION.subjectKey, der(OCTET_STRING, keyId(subject)));
  if (role === 'authority') {
    const isAuthority = der(SEQUENCE, der(BOOLEAN, Buffer.from([0xff])));
    // keyCertSign and cRLSign
    const usage = der(BIT_STRING, Buffer.from([1, 0x06]));
    return [
      extension(EXTENSION.basicConstraints, isAuthority, true),
      extension(EXTENSION.keyUsage, usage, true),
      subjectKey,
    ];
  }
  const purpose = der(SEQUENCE, der(OBJECT_ID, Buffer.from(PURPOSE[role], 'hex')));
  // dNSName and iPAddress
  const names = der(SEQUENCE, der(0x82, Buffer.from('localhost')), der(0x87, Buffer.from([127, 0, 0, 1])));
  return [
    extension(EXTENSION.extendedKeyUsage, purpose),
    subjectKey,
    ...(role === 'server' ? [extension(EXTENSION.alternativeName, names)] : []),
  ];
}

function extension(id: string, value: Buffer, isCritical = false): Buffer {
  const critical = isCritical ? [der(BOOLEAN, Buffer.from([0xff]))] : [];
  return der(SEQUENCE, der(OBJECT_ID, Buffer.from(id, 'hex')), ...critical, der(OCTET_STRING, value));
}

function nameOf({ name }: Issuer): Buffer {
  return der(SEQUENCE, der(SET, der(SEQUENCE, der(OBJECT_ID, COMMON_NAME), der(UTF8_STRING, Buffer.from(name)))));
}

function publicKeyInfo({ publicKey }: Issuer): Buffer {
  return publicKey.export({ type: 'spki', format: 'der' });
}

function keyId(issuer: Issuer): Buffer {
  return createHash('sha1').update(publicKeyInfo(issuer)).digest();
}

function utcTime(at: number): Buffer {
  const digits = new Date(at).toISOString().replaceAll(/[-:T]/g, '').slice(2, 14);
  return der(UTC_TIME, Buffer.from(`${digits}Z`));
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const lengthBytes = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...lengthBytes]), content]);
}
