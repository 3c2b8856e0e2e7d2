import t from 'tap'
import { maskSecrets, maskTokens, maskValue, secretsOf } from '../../src/boot/mask.ts'

const token = 'AbCdEfGhIjKlMnOpQrStUvWx'

t.test('the tokens of our URLs', async t => {
  const url = `http://10.0.0.1:8080/phone-home/${token}`
  t.equal(
    maskTokens(`quiet bootwright=${url} x`),
    'quiet bootwright=http://10.0.0.1:8080/phone-home/*** x',
  )
  t.equal(maskTokens(`initrd http://a/logins/${token} x`), 'initrd http://a/logins/*** x')
  t.equal(maskTokens(`/files/${token}/preseed?a=1`), '/files/***/preseed?a=1')
  t.equal(maskTokens('/files/short and /assets/images'), '/files/short and /assets/images')
})

const texts = [
  ['d-i passwd/root-password password hunter2', 'd-i passwd/root-password password ***'],
  ['d-i passwd/root-password-again password a b c', 'd-i passwd/root-password-again password ***'],
  ['d-i passwd/user-password-crypted string x', 'd-i passwd/user-password-crypted string ***'],
  ['d-i partman-crypto/passphrase password x', 'd-i partman-crypto/passphrase password ***'],
  ['rootpw --plaintext hunter2', 'rootpw --plaintext ***'],
  ['rootpw --lock', 'rootpw --lock'],
  ['user --name=a --password=hunter2 --groups=b', 'user --name=a --password=*** --groups=b'],
  ['  password: hunter2\nuser: a', '  password: ***\nuser: a'],
  ['- "api_key": hunter2', '- "api_key": ***'],
  ['chpasswd:\n  list: x', 'chpasswd:\n  list: x'],
  ['quiet live.password=hunter2 root=x', 'quiet live.password=*** root=x'],
  ['http://a/?token=hunter2&b=c', 'http://a/?token=***&b=c'],
  ['quiet live.nixos.passwordHash=$6$a$bcdefghijk x', 'quiet live.nixos.passwordHash=*** x'],
  ['root:$6$salt$abcdefghijklmnop/:1::', 'root:***:1::'],
  ['$y$j9T$abcdefgh$ijklmnop', '***'],
  ['d-i passwd/root-login boolean true', 'd-i passwd/root-login boolean true'],
  ['the value is s3cr3t-of-vars here', 'the value is *** here'],
  ['costs $5 and $1.20', 'costs $5 and $1.20'],
] as const
for (const [text, wanted] of texts) {
  t.equal(maskSecrets(text, ['s3cr3t-of-vars']), wanted, text)
}

t.test('vars whose names say that they are secret', async t => {
  const vars = {
    rootPassword: 'abcd',
    wifi_passphrase: 'efgh',
    disk: 'sda',
    pin_token: 'abc',
    n: 1,
  }
  t.strictSame(secretsOf(vars), ['abcd', 'efgh'], 'very short ones would tear texts apart')
  t.strictSame(secretsOf({ secretFile: '/etc/secret' }), [], 'a path is no secret')
})

t.test('values at every depth', async t => {
  const value = {
    name: 'a',
    vars: { password: 'x', tokens: ['y', 'z'], nested: { apiKey: 7, keep: null } },
    callback: { secretFile: '/etc/s', url: 'http://h/?token=x' },
  }
  t.strictSame(maskValue(value), {
    name: 'a',
    vars: { password: '***', tokens: ['***', '***'], nested: { apiKey: '***', keep: null } },
    callback: { secretFile: '/etc/s', url: 'http://h/?token=***' },
  })
  t.strictSame(maskValue([1, null, undefined, true, 'x']), [1, null, undefined, true, 'x'])
})
