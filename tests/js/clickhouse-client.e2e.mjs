// The official JavaScript client against the ClickHouse at CLICKHOUSE_URL:
//   CLICKHOUSE_URL=http://127.0.0.1:8123 node clickhouse-client.e2e.mjs
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { after, describe, test } from 'node:test'
import { ClickHouseLogLevel, createClient } from '@clickhouse/client'

const url = process.env.CLICKHOUSE_URL
assert.ok(url, 'CLICKHOUSE_URL must name the server')
const log = { level: ClickHouseLogLevel.OFF }
const unique = (name) => `${name}_${randomUUID().replaceAll('-', '')}`

for (const gzip of [false, true]) {
  describe(gzip ? 'with gzip both ways' : 'without compression', () => {
    const client = createClient({ url, log, compression: { request: gzip, response: gzip } })
    after(() => client.close())

    // Whether 64-bit integers are quoted in JSON depends on the version: all numbers are compared as numbers.
    const numbersOf = async (query, options) => (await rowsOf(query, options)).map((r) => Object.values(r).map(Number))
    const rowsOf = async (query, options = {}) => (await client.query({ query, format: 'JSONEachRow', ...options })).json()
    const posts = async () => {
      const table = unique('posts')
      await client.command({
        query: `CREATE TABLE ${table} (at DateTime, brand String, mentions UInt64, score Float64, version UInt64)
                ENGINE = ReplacingMergeTree(version) PARTITION BY toYYYYMMDD(at) ORDER BY (brand, at)`,
      })
      return table
    }
    const row = (n, version) => ({ at: '2026-01-01 00:00:00', brand: `brand ${n}`, mentions: n, score: n / 2, version })

    test('ping', async () => assert.equal((await client.ping()).success, true))

    test('create, insert, upsert and select', async () => {
      const table = await posts()
      const first = await client.insert({ table, format: 'JSONEachRow', values: Array.from({ length: 1000 }, (_, n) => row(n, 1)) })
      assert.equal(first.executed, true)
      assert.equal(first.summary?.written_rows, '1000')
      await client.insert({ table, format: 'JSONCompactEachRow', values: Array.from({ length: 500 }, (_, n) => Object.values({ ...row(n, 2), mentions: n + 1 })) })
      assert.deepEqual(await numbersOf(`SELECT count() AS c, sum(mentions) AS m, countIf(version = 2) AS v FROM ${table} FINAL`), [[1000, 999 * 500 + 500, 500]])
    })

    test('a document with meta, rows and statistics', async () => {
      const result = await (await client.query({ query: "SELECT * FROM (SELECT 'x' AS a, 1 AS b UNION ALL SELECT 'y', 2) ORDER BY b" })).json()
      assert.deepEqual(result.meta, [{ name: 'a', type: 'String' }, { name: 'b', type: 'UInt8' }])
      assert.deepEqual(result.data, [{ a: 'x', b: 1 }, { a: 'y', b: 2 }])
      assert.equal(result.rows, 2)
    })

    test('parameters of several types', async () => {
      const text = "a\n\t\\b'c\"{x}`ł"
      const query_params = { text, list: ['one', "t'wo"], when: new Date('2026-01-02T03:04:05Z'), none: null, big: '18446744073709551615' }
      assert.deepEqual(await rowsOf(
        "SELECT {text:String} AS text, {list:Array(String)} AS list, toString({when:DateTime('UTC')}) AS when, {none:Nullable(String)} AS none, toString({big:UInt64}) AS big",
        { query_params }), [{ ...query_params, when: '2026-01-02 03:04:05' }])
      assert.deepEqual(await rowsOf('SELECT {text:String} AS text', { query_params: { text }, use_multipart_params: true }), [{ text }])
    })

    test('a streamed SELECT', async () => {
      const result = await client.query({ query: 'SELECT number FROM system.numbers LIMIT 300000', format: 'JSONCompactEachRow' })
      let count = 0
      let sum = 0
      for await (const rows of result.stream()) {
        for (const entry of rows) sum += Number(entry.json()[0])
        count += rows.length
      }
      assert.equal(count, 300000)
      assert.equal(sum, (299999 * 300000) / 2)
    })

    test('a streamed INSERT of text and of objects', async () => {
      const table = await posts()
      await client.insert({ table, format: 'CSV', values: Readable.from(['"2026-01-02 00:00:00","a",1,1,1\n', '"2026-01-02 00:00:00","b",', '1,1,1\n'], { objectMode: false }) })
      async function* many() { for (let n = 0; n < 20000; n++) yield row(n, 1) }
      await client.insert({ table, format: 'JSONEachRow', values: Readable.from(many(), { objectMode: true }) })
      assert.deepEqual(await numbersOf(`SELECT count() AS c FROM ${table}`), [[20002]])
    })

    test('INSERT … SELECT and INSERT … VALUES as commands', async () => {
      const table = await posts()
      const { summary } = await client.command({ query: `INSERT INTO ${table} SELECT toDateTime('2026-01-03 00:00:00'), toString(number), number, 0, 1 FROM numbers(10)` })
      assert.equal(summary?.written_rows, '10')
      await client.command({ query: `INSERT INTO ${table} VALUES ('2026-01-03 00:00:00', 'zz', 1, 1, 1)` })
      assert.deepEqual(await numbersOf(`SELECT count() AS c FROM ${table}`), [[11]])
    })

    test('exec gives the raw bytes of the format that the query names', async () => {
      const { stream } = await client.exec({ query: 'SELECT 1, \'a"b\' FORMAT CSV' })
      let text = ''
      for await (const chunk of stream) text += chunk
      assert.equal(text, '1,"a""b"\n')
    })

    test('settings hold for one query', async () => {
      const query = "SELECT getSetting('max_block_size') AS v"
      const before = await numbersOf(query)
      assert.deepEqual(await numbersOf(query, { clickhouse_settings: { max_block_size: '1234' } }), [[1234]])
      assert.deepEqual(await numbersOf(query), before)
    })

    test('another database', async () => {
      const database = unique('db')
      await client.command({ query: `CREATE DATABASE ${database}` })
      const other = createClient({ url, log, database })
      try {
        await other.command({ query: 'CREATE TABLE t (a UInt8) ENGINE = MergeTree ORDER BY a' })
        await other.insert({ table: 't', format: 'JSONEachRow', values: [{ a: 1 }] })
        assert.deepEqual(await (await other.query({ query: 'SELECT currentDatabase() AS db, a FROM t', format: 'JSONEachRow' })).json(), [{ db: database, a: 1 }])
      } finally {
        await other.close()
      }
    })

    test('a session keeps its temporary table, and other sessions do not see it', async () => {
      const session = createClient({ url, log, session_id: randomUUID(), max_open_connections: 1 })
      try {
        await session.command({ query: 'CREATE TEMPORARY TABLE mine (a UInt8)' })
        await session.insert({ table: 'mine', format: 'JSONEachRow', values: [{ a: 5 }] })
        assert.deepEqual(await (await session.query({ query: 'SELECT a FROM mine', format: 'JSONEachRow' })).json(), [{ a: 5 }])
        await assert.rejects(client.query({ query: 'SELECT a FROM mine' }), { code: '60' })
      } finally {
        await session.close()
      }
    })

    test('errors carry code and type', async () => {
      await assert.rejects(client.query({ query: 'SELECT * FROM nope' }), { code: '60', type: 'UNKNOWN_TABLE' })
      await assert.rejects(client.query({ query: 'SELEC 1' }), { code: '62' })
      const table = await posts()
      await assert.rejects(client.insert({ table, format: 'JSONEachRow', values: [{ at: 'zzz' }] }), (e) => /^\d+$/.test(e.code) && e.type.startsWith('CANNOT_PARSE'))
      assert.deepEqual(await numbersOf(`SELECT count() AS c FROM ${table}`), [[0]])
    })

    test('an error in the middle of a stream reaches the reader', async () => {
      const result = await client.query({ query: 'SELECT throwIf(number = 400000) AS x FROM numbers(1000000)', format: 'JSONEachRow' })
      await assert.rejects(async () => { for await (const rows of result.stream()) assert.ok(rows.length > 0) })
    })

    test('a wrong password is refused', async () => {
      const stranger = createClient({ url, log, username: 'default', password: 'wrong' })
      try {
        await assert.rejects(stranger.query({ query: 'SELECT 1' }), { code: '516' })
      } finally {
        await stranger.close()
      }
    })
  })
}
