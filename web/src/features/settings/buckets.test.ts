import { expect, it } from 'vitest'
import { keyFields, kindOf, stateText } from './buckets'

it('knows a bucket by its address, and what lets the server into it', () => {
  expect(['s3://a/b', ' gs://a', 'az://a', 'https://a', 's3:/a', ''].map(kindOf)).toEqual([
    's3',
    'gs',
    'az',
    '',
    '',
    '',
  ])
  expect(keyFields('s3').map(({ name, isSecret }) => [name, isSecret ?? false])).toEqual([
    ['access_key_id', false],
    ['secret_access_key', true],
  ])
  expect(keyFields('gs')).toMatchObject([{ name: 'service_account', isSecret: true }])
  expect(keyFields('')).toEqual([])
  expect(stateText('refused')).toBe('It refuses the server')
})
