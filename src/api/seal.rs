//! The server's own key, and what it seals: SAS URLs and the ids of operations, so that nothing has to be kept of them.

use crate::store::{Store, StoreError, StorePath};
use bytes::Bytes;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use subtle::ConstantTimeEq;
use tokio::sync::OnceCell;

/// Bytes of a block of SHA-256.
const BLOCK: usize = 64;
const KEY: &str = "ams/key";

/// The key, made when it is first needed and kept in the store's own folder, so that all nodes on one store have the same.
pub(super) struct Seal {
    store: Arc<dyn Store>,
    key: OnceCell<[u8; 32]>,
}

impl Seal {
    pub(super) fn new(store: Arc<dyn Store>) -> Seal {
        Seal { store, key: OnceCell::new() }
    }

    /// The mark of `text`, in hexadecimal digits. `purpose` keeps marks for one thing from being good for another.
    pub(super) async fn mark(&self, purpose: &str, text: &str) -> Result<String, StoreError> {
        let key = self.key.get_or_try_init(|| self.load()).await?;
        let message = format!("{}\0{purpose}{text}", purpose.len());
        Ok(hex(&hmac(key, message.as_bytes())))
    }

    /// Whether `mark` is that of `text`, which takes as long to tell whatever it is.
    pub(super) async fn is_mark(&self, purpose: &str, text: &str, mark: &str) -> Result<bool, StoreError> {
        Ok(self.mark(purpose, text).await?.as_bytes().ct_eq(mark.as_bytes()).into())
    }

    async fn load(&self) -> Result<[u8; 32], StoreError> {
        let path = StorePath::own(KEY).ok_or_else(|| failed("its name cannot be one"))?;
        loop {
            match self.store.stat(&path).await {
                Ok(version) => {
                    let bytes = self.store.read(&path, &version, 0..version.size.min(128)).await?;
                    return unhex(&bytes).ok_or_else(|| failed("it is no key; remove the file, and a new one is made"));
                }
                Err(StoreError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
            let mut key = [0; 32];
            getrandom::fill(&mut key).map_err(|error| failed(&error.to_string()))?;
            match self.put(&path, &key).await {
                Ok(()) => return Ok(key),
                // Another node was faster: its key is the one.
                Err(StoreError::Changed { .. }) => {}
                // Good until the process ends.
                Err(StoreError::ReadOnly { .. }) => return Ok(key),
                Err(error) => return Err(error),
            }
        }
    }

    async fn put(&self, path: &StorePath, key: &[u8; 32]) -> Result<(), StoreError> {
        let mut writing = self.store.write(path, None).await?;
        writing.append(Bytes::from(hex(key))).await?;
        writing.commit().await.map(drop)
    }
}

fn failed(reason: &str) -> StoreError {
    StoreError::Failed { path: format!(".signalbox/{KEY}"), reason: reason.to_owned() }
}

/// HMAC-SHA256 (RFC 2104) under a key that is no longer than a block.
fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let pad = |byte: u8| {
        let mut block = [byte; BLOCK];
        block.iter_mut().zip(key).for_each(|(pad, key)| *pad ^= key);
        block
    };
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().into()
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &[u8]) -> Option<[u8; 32]> {
    bytes_of(std::str::from_utf8(text.trim_ascii()).ok()?)?.try_into().ok()
}

/// The bytes that hexadecimal digits stand for.
pub(super) fn bytes_of(digits: &str) -> Option<Vec<u8>> {
    let is_digits = digits.len().is_multiple_of(2) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let pair = |pair: &[u8]| u8::from_str_radix(&String::from_utf8_lossy(pair), 16).ok();
    is_digits.then(|| digits.as_bytes().chunks(2).map(pair).collect())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::LocalStore;

    #[test]
    fn the_hmac_is_the_standards() {
        // RFC 4231 4.2 and 4.3.
        let mark = hex(&hmac(&[0x0b; 20], b"Hi There"));
        assert_eq!(mark, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
        let mark = hex(&hmac(b"Jefe", b"what do ya want for nothing?"));
        assert_eq!(mark, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    #[tokio::test]
    async fn all_on_one_store_have_one_key() {
        let folder = tempfile::tempdir().unwrap();
        let seal = || Seal::new(Arc::new(LocalStore::open(folder.path()).unwrap()));
        let (one, other) = (seal(), seal());
        let (mark, same) = tokio::join!(one.mark("a", "text"), other.mark("a", "text"));
        let mark = mark.unwrap();
        assert_eq!(same.unwrap(), mark);
        assert!(seal().is_mark("a", "text", &mark).await.unwrap(), "also after a restart");
        assert!(!one.is_mark("b", "text", &mark).await.unwrap());
        assert!(!one.is_mark("a", "texts", &mark).await.unwrap());
        assert!(!one.is_mark("at", "ext", &mark).await.unwrap());
        assert!(!one.is_mark("a", "text", "").await.unwrap());
    }
}
