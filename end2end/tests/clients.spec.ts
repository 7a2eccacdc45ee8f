import { FAULTS } from '../support/clients/faults';
import { frame } from '../support/clients/frames';
import { MAKES, expect, test } from '../support/clients/stage';

const NAME = 'Guest : 2026-11-22T19:02:03Z\n';
const HELLO = '{"type":"hello","version":1,"name":"Guest"}';
const CHORUS = 'chorus.v1';

/** Where a connection may be when something wrong comes. */
const PLACES = [
  { place: 'plain text', protocol: undefined, words: `${NAME}hi`, answer: '\nhi' },
  { place: 'chorus.v1', protocol: CHORUS, words: HELLO, answer: '}' },
  { place: 'chorus.v1 before its hello', protocol: CHORUS, words: undefined, answer: '' },
];

for (const make of MAKES) {
  test.describe(`the client ${make}`, () => {
    test.use({ make });

    test('agrees on a subprotocol or none, and never on an extension', async ({ connects }) => {
      expect((await connects(CHORUS)).agreed).toEqual({ protocol: CHORUS, extensions: '' });
      expect((await connects()).agreed).toEqual({ protocol: '', extensions: '' });
    });

    test('talks with a browser', async ({ ann, connects }) => {
      await ann.joins('lobby');
      const client = await connects();
      client.says(`${NAME}from afar`);
      await ann.sees('from afar');
      await ann.says('welcome');
      await client.hears('welcome');
    });

    test('says something in parts, with a ping between them', async ({ connects }) => {
      const client = await connects();
      client.saysInParts([NAME, 'grüße ', '', 'in parts'], 'alive?');
      await client.isAnswered('alive?');
      await client.hears('\ngrüße in parts');
    });

    test('says hello in parts too', async ({ connects }) => {
      const client = await connects(CHORUS);
      client.saysInParts([HELLO.slice(0, 9), HELLO.slice(9)], 'alive?');
      await client.isAnswered('alive?');
      await client.until('a welcome', () => client.heard[0]?.startsWith('{"type":"welcome"'));
    });

    test('may end a frame in the middle of a letter', async ({ connects }) => {
      const client = await connects();
      for (const letter of ['é', '€', '😀']) {
        const text = Buffer.from(`${NAME}a ${letter}`);
        for (let split = text.length - Buffer.byteLength(letter) + 1; split < text.length; split += 1) {
          client.sends(Buffer.concat([frame(0x01, text.subarray(0, split)), frame(0x80, text.subarray(split))]));
          client.says(`${NAME}${letter} after ${split}`);
          await client.hears(`\n${letter} after ${split}`);
          expect(client.heard.at(-2)).toMatch(new RegExp(`\na ${letter}$`));
        }
      }
    });

    test('hears messages of every length of frame', async ({ connects }) => {
      const client = await connects();
      for (const length of [1, 124, 125, 126, 127, 1_000, 16_384]) {
        client.says(NAME + 'x'.repeat(length));
        await client.hears(`\n${'x'.repeat(length)}`);
      }
    });

    test('says goodbye, and hears the same code', async ({ connects }) => {
      for (const protocol of [undefined, CHORUS]) {
        for (const code of [1000, 1011, 3000, 4999]) {
          const client = await connects(protocol);
          client.leaves(code, 'bye');
          expect(await client.isClosed()).toBe(code);
        }
        const silent = await connects(protocol);
        silent.sends(frame(0x88, ''));
        expect(await silent.isClosed(), 'without a code').toBe(1005);
      }
    });

    test('is told why it is sent away', async ({ connects }) => {
      for (const [words, code] of [
        ['no JSON', 4500],
        ['{"type":"hello","version":2}', 4503],
        ['{"type":"topics","ref":1}', 4505],
        ['x'.repeat(65_537), 4504],
      ] as const) {
        const client = await connects(CHORUS);
        client.says(words);
        expect(await client.isClosed(), words.slice(0, 40)).toBe(code);
      }
    });

    test('is told that the server goes', async ({ server, connects }) => {
      const clients = [await connects(), await connects(CHORUS)];
      clients[1].says(HELLO);
      await clients[1].hears('}');
      expect(await server.stop()).toBe(0);
      expect(await Promise.all(clients.map((client) => client.isClosed()))).toEqual([4000, 4000]);
    });

    test('leaves without a word, and the next one is served', async ({ connects }) => {
      (await connects()).vanishes();
      const client = await connects();
      client.says(`${NAME}still here`);
      await client.hears('\nstill here');
    });

    for (const { place, protocol, words, answer } of PLACES) {
      test(`is sent away for whatever RFC 6455 forbids: ${place}`, async ({ connects }) => {
        const codes = FAULTS.map(async ({ why, bytes }) => {
          const client = await connects(protocol);
          if (words) {
            client.says(words);
            await client.hears(answer);
          }
          client.sends(bytes);
          return { why, code: await client.isClosed() };
        });
        expect(await Promise.all(codes)).toEqual(FAULTS.map(({ why, code }) => ({ why, code })));
      });
    }
  });
}
