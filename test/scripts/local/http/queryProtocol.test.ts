import { answerQuery, type QueryApi } from '../../../../scripts/local/http/queryProtocol';
import { ServiceError, type ServiceRequest } from '../../../../scripts/local/http/service';

const api: QueryApi = {
  namespace: 'http://example.com/doc/2020-01-01/',
  version: '2020-01-01',
  actions: {
    Describe: {
      parameters: ['Name', 'Kinds.member'],
      run: () => ({
        Things: [{ Name: 'a < b & "c"\u0000', Count: 2, On: true, At: new Date(0), Nothing: undefined }],
        None: [],
      }),
    },
    Refuse: {
      parameters: [],
      run: () => {
        throw new ServiceError('ValidationError', 400, 'No <such> thing');
      },
    },
  },
};

function ask(form: string): string {
  const request: ServiceRequest = {
    method: 'POST',
    path: '/',
    query: new URLSearchParams(),
    headers: {},
    body: Buffer.from(form),
    signal: new AbortController().signal,
  };
  const answer = answerQuery(api, request, 'the-id');
  return `${answer.status} ${answer.body as string}`;
}

test('answers an action in XML, its values escaped, without what XML does not allow, and its lists in member elements', () => {
  expect(ask('Action=Describe&Version=2020-01-01')).toBe(
    '200 <DescribeResponse xmlns="http://example.com/doc/2020-01-01/"><DescribeResult>' +
      '<Things><member><Name>a &lt; b &amp; "c"␀</Name><Count>2</Count><On>true</On>' +
      '<At>1970-01-01T00:00:00.000Z</At></member></Things><None/></DescribeResult>' +
      '<ResponseMetadata><RequestId>the-id</RequestId></ResponseMetadata></DescribeResponse>',
  );
});

test('answers an error with its code and message', () => {
  expect(ask('Action=Refuse')).toBe(
    '400 <ErrorResponse xmlns="http://example.com/doc/2020-01-01/"><Error><Type>Sender</Type>' +
      '<Code>ValidationError</Code><Message>No &lt;such&gt; thing</Message></Error>' +
      '<RequestId>the-id</RequestId></ErrorResponse>',
  );
});

test('takes the parameters that the action has, also those of a signature, and refuses others by name', () => {
  expect(ask('Action=Describe&Version=2020-01-01&Name=a&Kinds.member.1=b&Kinds.member.2=c&X-Amz-Date=d')).toMatch(
    /^200 /,
  );
  for (const name of ['NextToken', 'Kinds', 'Kinds.1']) {
    expect(ask(`Action=Describe&Name=a&${name}=b`)).toMatch(
      /^400 .*<Code>ValidationError<.*serve the parameter (NextToken|Kinds) of Describe; it takes Name, Kinds.member\.</,
    );
  }
});

test.each(['Action=Delete&Version=2020-01-01', 'Action=toString'])('refuses the unknown action in %s', (form) => {
  expect(ask(form)).toMatch(
    /^400 .*<Code>InvalidAction<\/Code><Message>Could not find operation \w+ for version 2020-01-01</,
  );
});
