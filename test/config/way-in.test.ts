import { readFileSync } from 'node:fs'
import t from 'tap'
import { noWayIn } from '../../src/config/check/way-in.ts'
import { lan, load } from './check.ts'

const locked = 'd-i passwd/make-user boolean false\nd-i passwd/root-password-crypted password !\n'
const ks = 'rootpw --lock\nclearpart --all\nautopart\n%packages\n%end\n'
const cloud = '#cloud-config\nautoinstall:\n  version: 1\n'

const shut = {
  preseed: locked,
  'preseed with a key in a comment': `# ssh-ed25519 AAAA me > authorized_keys\n${locked}`,
  'preseed without root and user':
    'd-i passwd/root-login boolean false\nd-i passwd/make-user boolean false\n',
  kickstart: ks,
  'kickstart that says nothing of accounts': 'text\nautopart\n%packages\n%end\n',
  'kickstart with a locked user': `${ks}user --name=a --lock\n`,
  'user-data': cloud,
  'cloud-config': '#cloud-config\nhostname: a\n',
  'user-data with an empty list': `${cloud}  user-data:\n    ssh_authorized_keys: []\n`,
  'user-data with an empty key': `#cloud-config\nssh_authorized_keys: [""]\n`,
  'user-data with a locked password': `${cloud}  identity: { password: "!" }\n`,
}
for (const [name, text] of Object.entries(shut)) {
  t.test(`nobody gets in: ${name}`, async t => t.match(noWayIn(text), /nobody can log in/))
}

const open = {
  'preseed with a hash': `${locked}d-i passwd/root-password-crypted password $6$x$y\n`,
  'preseed with a plain password': 'd-i passwd/user-password password secret\n',
  'preseed that writes a key': `${locked}d-i preseed/late_command string echo k > /target/root/.ssh/authorized_keys\n`,
  'preseed that asks': 'd-i partman-auto/disk string /dev/sda\n',
  'kickstart with a key': `${ks}sshkey --username=root "ssh-ed25519 AAAA me"\n`,
  'kickstart with a password': 'rootpw --iscrypted $6$x$y\nautopart\n',
  'kickstart with a user': `${ks}user --name=a --password=$6$x --iscrypted\n`,
  'user-data with a key': `${cloud}  user-data:\n    ssh_authorized_keys:\n      - ssh-ed25519 AAAA me\n`,
  'user-data with an identity': `${cloud}  identity: { username: a, password: "$6$x$y" }\n`,
  'autoinstall with keys': `${cloud}  ssh:\n    authorized-keys: [ssh-ed25519 AAAA me]\n`,
  'user-data with keys from elsewhere': '#cloud-config\nssh_import_id: [gh:me]\n',
  'anything else': 'variant: fcos\nversion: 1.5.0\n',
}
for (const [name, text] of Object.entries(open)) {
  t.test(`no warning: ${name}`, async t => t.equal(noWayIn(text), undefined))
}

t.test('the preseed of Debian warns where no key is given, and names the host', async t => {
  const preseed = readFileSync('config/templates/debian.preseed', 'utf8')
  const { problems } = load(
    t,
    `${lan}profiles: { p: { kernel: config.yaml, files: { preseed: preseed }, vars: { disk: required } } }
assets: .
hosts:
  shut: { mac: 52:54:00:00:00:01, profile: p, vars: { disk: /dev/sda } }
  open: { mac: 52:54:00:00:00:02, profile: p, vars: { disk: /dev/sda, sshKey: ssh-ed25519 AAAA me } }
`,
    { preseed },
  )
  t.match(problems, [
    {
      severity: 'warning',
      path: 'profiles.p.files.preseed',
      message: /^preseed: nobody .*\(host shut\)$/,
    },
  ])
  t.equal(problems.length, 1)
})
