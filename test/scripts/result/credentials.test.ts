import { createColors } from 'picocolors';
import { renderReport, reportFormats } from '../../../scripts/report/reports';
import { createRedactor, redactResult } from '../../../scripts/result/redaction';
import { failed, runResultOf } from '../runResults';

const redact = createRedactor();

// Made up, and put together here, so that no scanner takes this file for a leak.
const hex = '0f8a3b9c4d7e1625'.repeat(4);
const word = 'Zq3vT8mK1xR6wB9nL4hJ7cD2';
const long = word + word;
const base64 = 'dXNlcjpodW50' + 'ZXIy';
const secret = 'hunter2';

/** What holds a secret, and the secret; the rest of the text has to stay. */
const secrets: [text: string, secret: string][] = [
  // Headers
  [`Cookie: session=${word}; theme=dark`, `session=${word}; theme=dark`],
  [`Set-Cookie: sid=${word}; Path=/; HttpOnly`, `sid=${word}; Path=/; HttpOnly`],
  [`{"cookie":"sid=${word}","host":"a"}`, `sid=${word}`],
  [`{"cookies":["sid=${word}"],"host":"a"}`, `["sid=${word}"]`],
  [`set-cookie => sid=${word}`, `sid=${word}`],
  [`Authorization: Basic ${base64}`, `Basic ${base64}`],
  [`> Proxy-Authorization: Basic ${base64}`, `Basic ${base64}`],
  [`got Basic ${base64} from the client`, base64],
  [`Authorization: Bearer ${word}`, `Bearer ${word}`],
  [`sent Bearer ${word} to the host`, word],
  [`"Authorization": "Token ${word}", "host": "a"`, `Token ${word}`],
  [`{'Authorization': ['Bearer ${word}']}`, `['Bearer ${word}']`],
  [`authorization: ${word}`, word],
  [`Authorization: Digest username="a", response="${hex}"`, `Digest username="a", response="${hex}"`],
  [`Ocp-Apim-Subscription-Key: ${hex}`, hex],
  [`-H 'X-Api-Key: ${secret}' https://a.example`, secret],
  [`x-functions-key: ${long}`, long],
  [`X-Auth-Token: ${word}`, word],
  [`X-Vault-Token: ${word}`, word],
  [`{"x-amz-security-token":"${long}"}`, long],
  [`Cookie: ${word}`, word],
  // Names
  [`DB_PASS=${secret}`, secret],
  [`smtp_pass: ${secret}`, secret],
  [`dbPass = "${secret}"`, secret],
  [`STRIPE_KEY=${word}`, word],
  [`DATADOG_KEY: ${hex}`, hex],
  [`signing_key=${secret}`, secret],
  [`MASTER_KEY=sesame`, 'sesame'],
  [`password=b'${secret}', x`, secret],
  [`password=f"${secret}", x`, secret],
  [`encryptionKey: '${secret}'`, secret],
  [`SECRET_KEY_BASE_KEY=${secret}`, secret],
  [`//registry.example/:_auth=${base64}`, base64],
  [`//registry.example/:_authToken=${word}`, word],
  [`{"auths":{"a":{"auth":"${long}"}}}`, long],
  [`PGPASSWORD=${secret} psql`, secret],
  [`MYSQL_PWD=${secret} mysql`, secret],
  [`client_secret: ${secret}`, secret],
  [`API key: ${secret}`, secret],
  [`the access token: ${word} of a`, word],
  [`refreshToken=${word}`, word],
  [`passphrase="${secret} ${secret}"`, `${secret} ${secret}`],
  [`aws_secret_access_key = ${long.slice(0, 40)}`, long.slice(0, 40)],
  [`aws_session_token=${long}`, long],
  [`{"SecretString":"${secret}"}`, secret],
  [`JSESSIONID=${word}`, word],
  [`os.environ["DB_PASSWORD"] = "${secret}"`, secret],
  [`password => ${secret}`, secret],
  [`password := ${secret}`, secret],
  [`Password : ${secret}`, secret],
  [`mypassword=${secret}`, secret],
  [`otp=472913`, '472913'],
  [`password=12345678`, '12345678'],
  [`app_secret=${hex}`, hex],
  [`webhook_secret: ${word}`, word],
  [`privateKey: "${word}"`, word],
  [`credentials=${secret}`, secret],
  [`stripe_key: ${word}`, word],
  [`{"name":"DB_PASSWORD","value":"${secret}"}`, secret],
  [`<add key="Password" value="${secret}"/>`, secret],
  [`ParameterKey=DbPassword,ParameterValue=${secret}`, secret],
  // On a command line
  [`mysql --password ${secret} -h a`, secret],
  [`tool --db-password ${secret}`, secret],
  [`tool --password=${secret} --host a`, secret],
  [`tool --api-key "${secret}"`, secret],
  [`['--token', '${secret}', 'x']`, secret],
  [`curl -u user:${secret} https://a.example`, secret],
  [`curl --user "user:${secret}" https://a.example`, secret],
  [`using token ${word} for it`, word],
  // Signs within passwords
  [`password="a;b,c(d'e"`, `a;b,c(d'e`],
  [`password=a;b host=x`, 'a;b'],
  [`password=a,b host=x`, 'a,b'],
  [`password=a(b host=x`, 'a(b'],
  [`password=a'b host=x`, "a'b"],
  [`password=a&b host=x`, 'a&b'],
  [`password=a)b host=x`, 'a)b'],
  [`Server=h;Password=a;b;Database=x`, 'a;b'],
  [`Server=h;User Id=u;Pwd=${secret};Initial Catalog=x`, secret],
  [String.raw`{"password":"a\"b","x":1}`, String.raw`a\"b`],
  [String.raw`{"m":"{\"password\":\"a\\\"b\"}"}`, String.raw`a\\\"b`],
  [`postgres://user:p@ss@host:5432/db`, 'p@ss'],
  [`postgres://user:p/ss@host:5432/db`, 'p/ss'],
  [`mysql://user:p@s/s:w@host/db?x=1`, 'p@s/s:w'],
  [`mongodb+srv://user:${secret}@a.example,b.example/db`, secret],
  [`redis://:${secret}@host:6379`, secret],
  [`https://user:${secret}@registry.example/@scope/x`, secret],
  [`user:${secret}@tcp(host:3306)/db`, secret],
  [`jdbc:oracle:thin:user/${secret}@host:1521`, secret],
  [`jdbc:mysql://host/db?user=a&password=${secret}&ssl=true`, secret],
  // Lists, objects, XML, forms
  [`{"passwords":["${secret}","other1"],"x":1}`, `["${secret}","other1"]`],
  [`{'api_keys': ['${secret}', 'b'], 'x': 1}`, `['${secret}', 'b']`],
  [`{"credentials":{"user":"me","more":{"pin":"1234"}},"x":1}`, '{"user":"me","more":{"pin":"1234"}}'],
  [`secret: {\n  a: '${secret}'\n}\nx`, `{\n  a: '${secret}'\n}`],
  [`<Password>${secret}</Password>`, secret],
  [`<wsse:Password Type="text">${secret}</wsse:Password>`, secret],
  [`<user name="a" password="${secret}"/>`, secret],
  [`<ApiKey>${secret}</ApiKey>`, secret],
  [`<entry key="password">${secret}</entry>`, secret],
  [`grant_type=password&client_secret=${secret}&x=1`, secret],
  [`body: user%3Da%26password%3D${secret}%26x%3D1`, secret],
  [`%7B%22password%22%3A%22${secret}%22%7D`, secret],
  [`&quot;password&quot;:&quot;${secret}&quot;`, secret],
  [String.raw`{"m":"password: \u0027${secret}\u0027"}`, secret],
  [String.raw`{"m":"https:\/\/user:${secret}@host\/x"}`, secret],
  [`ALTER USER a WITH PASSWORD '${secret}'`, secret],
  [`machine a login b password ${secret}`, secret],
  // Signed URLs, and others that are keys
  [`https://a.blob.core.windows.net/b?sv=2024&sig=${long}%3D&se=1`, `${long}%3D`],
  [`https://b.s3.amazonaws.com/k?X-Amz-Signature=${hex}&x=1`, hex],
  [`https://b.s3.amazonaws.com/k?X-Amz-Security-Token=${long}&x=1`, long],
  [`https://storage.example/k?X-Goog-Signature=${hex}`, hex],
  [`https://a.cloudfront.net/k?Expires=1&Signature=${long}&x=1`, long],
  [`https://a.example/api?key=${word}`, word],
  [`https://a.example/callback?code=${word}&state=x`, word],
  [`AccountName=a;AccountKey=${long}==;EndpointSuffix=core`, `${long}==`],
  [`SharedAccessKeyName=a;SharedAccessKey=${long}=`, `${long}=`],
  [`https://hooks.slack.com/services/T0/B0/${word}`, `T0/B0/${word}`],
  [`https://discord.com/api/webhooks/123456789012345678/${long}`, long],
  // Prefixes
  ...[
    'AKIA' + 'QYLPMN5HHHFPZAM2',
    'ASIA' + 'QYLPMN5HHHFPZAM2',
    'IQoJb3JpZ2lu' + long,
    ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiIxMjM0In0', word].join('.'),
    'gh' + `p_${word}`,
    'gh' + `o_${word}`,
    'github' + `_pat_${word}`,
    'gl' + `pat-${word}`,
    'xo' + `xb-123456789012-${word}`,
    'sk' + `_live_${word}`,
    'rk' + `_test_${word}`,
    'wh' + `sec_${word}`,
    'AI' + `za${word}AbCdEfGhIjK`,
    'ya' + `29.${word}`,
    'GOC' + `SPX-${word}`,
    'np' + `m_${word}`,
    'py' + `pi-AgEIcHlwaS5vcmc${word}`,
    'S' + `G.${word}.${word}`,
    'S' + `K${hex.slice(0, 32)}`,
    'shp' + `at_${hex.slice(0, 32)}`,
    'dop' + `_v1_${hex}`,
    's' + `k-proj-${word}`,
    's' + `k-ant-api03-${word}`,
    'h' + `f_${word}`,
    'hv' + `s.${word}`,
    'da' + `pi${hex.slice(0, 32)}`,
    'ke' + `y-${hex.slice(0, 32)}`,
    '123456789' + `:AA${long.slice(0, 33)}`,
    'AT' + `ATT3${long}`,
    'lin' + `_api_${word}`,
    'gl' + `sa_${word}`,
    'NR' + `AK-${word}`,
    'dckr' + `_pat_${word}`,
  ].map((token): [string, string] => [`using ${token}, then`, token]),
];

const useful = [
  'password: undefined',
  'password=null',
  'password: true',
  "'password': None,",
  '{"password":"","token":null}',
  'password: "is required"',
  'Error: password: must be at least 8 characters',
  'ValidationError: "password" is required',
  'Expected password to be a string',
  'password authentication failed for user "postgres"',
  'password: ********',
  'password: <hidden>',
  'password=${DB_PASSWORD}',
  'password: options.password,',
  'const token = process.env.API_TOKEN;',
  'token = get_token(client)',
  '    password=os.environ["DB_PASSWORD"],',
  'secret = os.getenv("SECRET")',
  'const secret = await getSecret(name);',
  "missing fields: ['password', 'user']",
  "KeyError: 'DB_PASSWORD'",
  'usage: tool --password PASSWORD --user USER',
  'password:\nSTART RequestId: 6bc28136-d9e4-4365-b021-0ce6b2e64ab0 Version: $LATEST',
  'authorization: the user may not do this',
  'Authorization: denied',
  'Basic authentication is not supported',
  'Bearer token required, none given',
  'cookie: none',
  'cookies: 5',
  '{"nextToken":"AAAAKgAAAAIAAAAAAAAAAxyz","items":[]}',
  'next_token=eyZ2ZXJzaW9uIjox',
  'NextContinuationToken, NextPageToken: abc',
  'Could not read the history of the execution: InvalidToken: Invalid Token',
  'ExpiredToken: The provided token has expired.',
  'Unexpected token: }',
  'Unexpected token < in JSON at position 0',
  'PWD=/var/task',
  'OLDPWD=/tmp',
  'token_count: 5, max_tokens=4096, tokens: 100',
  'primary_key: id, partition_key: tenant_id, sort_key=created_at',
  'PARTITION_KEY=tenant_id',
  'key: config_3',
  'Key: customers/2026/report-0001.csv',
  's3_key=customers/2026/report.csv',
  'config_key: customer_2024_q1',
  'public_key: ssh-ed25519',
  'SecretId=prod/db SECRET_NAME=prod/db',
  'secret: arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf',
  'SecretArn: arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf',
  'arn:aws:states:eu-west-1:123456789012:execution:rotate-secret:run-1',
  'ETag: "9b2cf535f27731c974343645a3985328"',
  'sha256:0f8a3b9c4d7e16250f8a3b9c4d7e16250f8a3b9c4d7e16250f8a3b9c4d7e1625',
  'RequestId: 6bc28136-d9e4-4365-b021-0ce6b2e64ab0',
  'arn:aws:lambda:eu-west-1:123456789012:function:x',
  'author: Jane, passed: 35, passport: D123, monkey=1, bypass=1, compass=north',
  'https://host:8080/path?email=a@example.org',
  'https://registry.example/@scope/pkg',
  'docker run -u 1000:1000 image',
  'curl -u user:${PASSWORD} https://a.example',
  'loaded secrets: 5, credentials: 3; pass: 35 fail: 5',
  'storage_key=customers/2026/report.csv signing_key: keys/a.pem',
  'data: SGVsbG8sIHdvcmxkISBIZWxsbyE=',
  'credentials: same-origin',
  'CredentialsProviderError: Could not load credentials from any providers',
  'Missing Authentication Token',
  '?code=404&key=customers.csv',
  'account_key: 1001, session_key: customer_1, service_key=billing',
  'LAST_KEY=customer_99 PRODUCT_KEY: shoe-42 USER_KEY="anna"',
  '    token = get_token(client_id, client_secret)',
];

test.each(secrets)('%j loses its secret and nothing else', (text, hidden) => {
  expect(redact(text)).toBe(text.replace(hidden, '[redacted]'));
});

test.each(useful)('%j stays', (text) => {
  expect(redact(text)).toBe(text);
});

const keyId = ['AKIA' + 'QYLP', 'MN5HHHFPZAM2'] as const;

describe('a secret is found although something that nobody sees stands', () => {
  test.each([
    ['before it', `password: \u001b[32m'${secret}'\u001b[39m, x`, `password: \u001b[32m'[redacted]'\u001b[39m, x`],
    ['in it', `key ${keyId.join('\u001b[0m')} x`, 'key [redacted] x'],
    ['in it, invisible', `key ${keyId.join('\u200b')} x`, 'key [redacted] x'],
    ['in it, to join', `👩‍🚀 key ${keyId.join('\u200d')} x`, '👩‍🚀 key [redacted] x'],
    ['in its name', `pass\u00adword=${secret} x`, 'pass\u00adword=[redacted] x'],
    ['before it in place of a space', `x\u0000${keyId.join('')}\r\nx`, 'x\u0000[redacted]\r\nx'],
    ['around it', `\u001b]0;password=${secret}\u0007x`, '\u001b]0;password=[redacted]\u0007x'],
    [
      'before it in JSON',
      `{"m":"password: \\u001b[32m'${secret}'\\u001b[39m"}`,
      `{"m":"password: \\u001b[32m'[redacted]'\\u001b[39m"}`,
    ],
    ['in it in JSON', `{"m":"key ${keyId.join('\\u200b')}","x":1}`, '{"m":"key [redacted]","x":1}'],
    [
      'in it in JSON in JSON',
      `{"m":"{\\"m\\":\\"${keyId.join('\\\\u001b[0m')}\\"}"}`,
      '{"m":"{\\"m\\":\\"[redacted]\\"}"}',
    ],
    ['in it in a log of Python', `'key ${keyId.join('\\x1b[0m')}'`, `'key [redacted]'`],
  ])('%s', (_, text, expected) => {
    expect(redact(text)).toBe(expected);
  });

  test.each(reportFormats)('in the report as %s', (format) => {
    const text = `key ${keyId.join('\u001b[0m')} and ${keyId.join('\u200b')}`;
    const error = { type: 'Error', message: text };
    const result = runResultOf([
      failed(text, { error, log_tail: text, response: { [text]: text }, earlier: [failed(text, { error })] }),
    ]);
    const report = [...renderReport(format, redactResult(result, redact), createColors(false))].join('');
    expect(report).toContain('[redacted]');
    expect(report).not.toContain(keyId[0]);
  });
});

test('what holds no secret keeps all that nobody sees', () => {
  const text = 'a\u001b[31mred\u001b[0m\u200b\r\n👩‍🚀 {"m":"\\u001b[0m%20&quot;"}';
  expect(redact(text)).toBe(text);
});
