/**
 * Credentials that say what they are, as their providers document them. A table of our own: the kept rule sets on npm
 * need Node.js 22, look for what they find asynchronously in files, or know a fraction of these.
 *
 * Each takes time in proportion to the text: it starts with something fixed, and what may fail after a repetition is
 * bounded. `W` stands for `[A-Za-z0-9_-]`.
 */
const prefixed: Record<string, string> = {
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html; session tokens begin with the same
  // bytes.
  AWS: '(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])|(?:IQoJb3JpZ2lu|FwoGZXIvYXdz|FQoGZXIvYXdz|FQoDYXdz)[A-Za-z0-9+/=%]*|ABSK[A-Za-z0-9+/=]{40,}',
  'JSON Web Token': '(?<!-)eyJW{5,}\\.W{5,}(?:\\.W*)*',
  GitHub: 'gh[pousr]_W{20,}|github_pat_W{20,}',
  GitLab: 'gl(?:pat|oas|dt|rt|rtr|cbt|ptt|ft|imt|agent|wt|soat|ffct)-[A-Za-z0-9_.-]{16,}',
  Atlassian: 'AT(?:ATT3|CTT3|BB)[A-Za-z0-9_=-]{20,}',
  Slack: 'xox[a-z](?:\\.xox[a-z])?-W{10,}|xapp-W{10,}|xwfp-W{10,}',
  Stripe: '[sr]k_(?:live|test)_W{10,}|whsec_[A-Za-z0-9+/=]{16,}',
  Square: 'sq0[a-z]{3}-W{22,}',
  Shopify: 'shp(?:at|ca|pa|ss|tka)_[A-Za-z0-9]{16,}',
  Google: 'AIzaW{20,}|ya29\\.[A-Za-z0-9_.-]{10,}|GOCSPX-W{16,}|1//0W{20,}',
  Microsoft: '[A-Za-z0-9_~.-]{3}\\dQ~[A-Za-z0-9_~.-]{30,40}',
  'package registries':
    'npm_W{16,}|pypi-AgEW{16,}|rubygems_[a-f0-9]{32,}|oy2[a-z0-9]{43}|cio[A-Za-z0-9]{32}(?![A-Za-z0-9])|dckr_[op]at_W{16,}',
  mail: 'SG\\.W{16,}\\.W{16,}|key-[0-9a-f]{32}|[0-9a-f]{32}-us\\d{1,2}(?!W)|xkeysib-W{32,}|xsmtpsib-W{32,}|re_[A-Za-z0-9]{8}_[A-Za-z0-9]{16,}',
  Twilio: 'SK[0-9a-f]{32}(?!W)',
  AI: 'sk-(?:ant-|proj-|svcacct-|admin-|or-v1-|lf-)W{16,}|sk-[A-Za-z0-9]{20,}|hf_[A-Za-z0-9]{20,}|r8_[A-Za-z0-9]{20,}|gsk_[A-Za-z0-9]{20,}|xai-[A-Za-z0-9]{20,}|pplx-[A-Za-z0-9]{20,}|lsv2_(?:pt|sk)_W{20,}|tvly-W{16,}',
  clouds:
    'do[oprt]_v1_[a-f0-9]{32,}|LTAI[A-Za-z0-9]{16,}|AKID[A-Za-z0-9]{28,}|pscale_(?:tkn|pw|oauth)_W{16,}|nfp_[A-Za-z0-9]{30,}|HRKU-W{30,}|fm[12][a-z]?_[A-Za-z0-9+/=]{40,}|sbp_[a-f0-9]{32,}|sb_secret_W{16,}',
  HashiCorp: 'hv[sbr]\\.W{20,}|[A-Za-z0-9]{14}\\.atlasv1\\.W{20,}',
  tools:
    'dapi[a-f0-9]{32}|dp\\.(?:pt|st|ct|sa|scim|audit)\\.[A-Za-z0-9_.-]{20,}|pul-[a-f0-9]{32,}|PMAK-W{20,}|lin_api_W{20,}|ntn_[A-Za-z0-9]{30,}|secret_[A-Za-z0-9]{40,}|figd_W{20,}|pat[A-Za-z0-9]{14}\\.[a-f0-9]{32,}|pat-[a-z]{2}\\d-[0-9a-f-]{36}|CFPAT-W{30,}|sq[uap]_[a-f0-9]{40}|CCIPAT_W{20,}|bkua_[a-f0-9]{32,}|AKCp[A-Za-z0-9]{20,}',
  monitoring:
    'NR(?:AK|JS|II|AA)-W{16,}|gl(?:sa|c)_[A-Za-z0-9+/=_]{20,}|sntry[su]_[A-Za-z0-9+/=_]{20,}|dt0c01\\.[A-Z0-9]{24}\\.[A-Z0-9]{32,}',
  chat: '(?:bot)?\\d{8,10}:AA[A-Za-z0-9_-]{30,}|[MNO]W{23,27}\\.W{6}\\.W{27,}|EAA[A-Za-z0-9]{60,}',
  'password managers': 'ops_eyJW{20,}|AGE-SECRET-KEY-1[A-Z0-9]{50,}',
};

/** A credential of such a provider anywhere in a text. */
export const prefixedToken = new RegExp(
  `(?<![A-Za-z0-9_])(?:${Object.values(prefixed).join('|').replaceAll('W', '[A-Za-z0-9_-]')})`,
  'g',
);
